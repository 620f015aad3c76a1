"""A file that is not read, and why."""


class Refused(Exception):
    """`args[0]` is the code that `flows.sandbox` has a sentence for."""
