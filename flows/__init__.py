"""The imperative shell: it touches the world and decides nothing about the domain."""
