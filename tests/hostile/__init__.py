"""Files made to break a reader, each a few kilobytes to build."""
