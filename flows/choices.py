"""What a run or a backfill may choose from. Light: the command line shows it before anything else is imported."""

from __future__ import annotations

from enum import StrEnum

EVERY = "全部"  # departments of a form, districts of a backfill


class State(StrEnum):
    """How a month stands before a backfill."""

    CURRENT = "没有变化"
    MISSING = "没有做过"
    CHANGED = "有变化"
    FAILED = "上次没有做成"
    RELEASED = "已签发，不改"  # what has changed since comes out in later issues as a revision


class Runner(StrEnum):
    """Who does the heavy work."""

    LOCAL = "local"
    DASK = "dask"  # the workers of the scheduler at SANCU_DASK


class Only(StrEnum):
    """Which months a backfill makes; `changed` takes in missing and failed ones, since nothing stands for them."""

    MISSING = "missing"
    FAILED = "failed"
    CHANGED = "changed"
    ALL = "all"

    def wants(self, state: State, never_made: bool) -> bool:
        """Whether a month in this state is made; one that failed may never have been."""
        match self:
            case Only.MISSING:
                return never_made and state in (State.MISSING, State.FAILED)
            case Only.FAILED:
                return state is State.FAILED
            case Only.CHANGED:
                return state in (State.MISSING, State.FAILED, State.CHANGED)
        return state is not State.RELEASED
