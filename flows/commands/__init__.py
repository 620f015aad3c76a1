"""The commands of `sancu`, by what they are about. Each imports what it needs when it is called: start-up counts."""
