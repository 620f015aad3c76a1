"""What the schedule has done, and the moment that it goes by.

One small file an action under `HOME/schedule/350303/`, written when the action is done. Whether an issue is done is
not written there: the ledger knows which month is released. To lose the folder costs one more draft and one more
round of reminders, nothing else.
"""

from __future__ import annotations

import datetime as dt
import os

from flows import atomic
from flows.configuration import Configuration
from flows.ledger import Ledger, Status
from flows.settings import Settings
from transforms.errors import UsageError
from transforms.period import CHINA, Period
from transforms.schedule import Kind

REHEARSAL = "SANCU_AT"  # set by `sancu serve --at`: the schedule goes by this moment instead of the clock


def schedule_now() -> dt.datetime:
    """The clock, or the moment that is rehearsed.

    Raises:
        UsageError: the moment cannot be meant.
    """
    given = os.environ.get(REHEARSAL, "")
    return parse_moment(given) if given else dt.datetime.now(CHINA)


def parse_moment(text: str) -> dt.datetime:
    """`2014-06-30T08:05` or `2014-06-30`, China's time unless it says otherwise.

    Raises:
        UsageError: another form.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"时刻“{text}”不对，应写成 2014-06-30T08:05。") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


class Journal:
    """A district's actions by key, and the moment each was done last."""

    def __init__(self, settings: Settings, code: str) -> None:
        self._folder = settings.home / "schedule" / code

    def record(self, key: str, at: dt.datetime) -> None:
        """Raises EnvironmentFailure when it cannot be written."""
        path = self._folder / key.replace(" ", "_")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(path, f"{at.isoformat()}\n".encode())
        except OSError as error:
            raise atomic.failure(f"写不进 {path}", error) from error

    def done(self) -> dict[str, dt.datetime]:
        found = {}
        for path in self._folder.glob("*_*"):
            try:
                found[path.name.replace("_", " ")] = dt.datetime.fromisoformat(path.read_text().strip())
            except (ValueError, OSError):  # as if it had never been done
                continue
        return found


def done_of(settings: Settings, configuration: Configuration, months: list[Period]) -> dict[str, dt.datetime]:
    """What was done in a district: its journal, and the months that the ledger knows as released.

    Raises:
        EnvironmentFailure: the ledger cannot be read.
    """
    code = configuration.district.code
    done = Journal(settings, code).done()
    ledger = Ledger(settings.database_url)
    for month in months:
        latest = ledger.latest_briefing(code, month)
        if latest and latest.status is Status.RELEASED:
            done[f"{Kind.ISSUE.name.lower()} {month}"] = latest.released_at or latest.made_at
    return done
