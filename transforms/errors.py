"""The few errors that a person can mend. Each message says what is wrong, where, and what to do."""


class SancuError(Exception):
    """Base of every error that is meant to be read by a person; never raised itself."""


class UsageError(SancuError):
    """A period, department or option that cannot be meant."""


class ConfigurationError(SancuError):
    """A contract or district file with a mistake; the message starts with `file:line: `."""


class UnreadableFile(SancuError):
    """A submission that no reader can open; becomes a blocking finding for its sender."""


class EnvironmentFailure(SancuError):
    """The machine lacks something: a font, a library, a writable folder, a database."""


class NotAllowed(SancuError):
    """The user has not got the role for it."""


class Stopped(SancuError):
    """The work is refused by a rule of the office, not by a mistake: a released issue, a gate that is shut."""


class Interrupted(SancuError):
    """Somebody pressed Ctrl-C; the message says what was done and what was not."""
