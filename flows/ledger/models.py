"""The ledger's tables: what was received, found, computed and issued, when and by whom.

Times are UTC and aware on the way out; numbers are exact fractions, kept as text (`11411`, `453/7`). A change here
needs a revision in `migrations/versions` and a new `HEAD` in `database.py`; a test compares the two.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment. SQLite keeps no zone, so it is UTC by convention there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


class Exact(TypeDecorator[Fraction]):
    """A fraction, kept as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        return None if value is None else Fraction(value)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# One row a receipt: a file received once, from one inbox (its URL without credentials; each inbox has its own history).
# The same bytes sent again later are a second receipt. Nothing is deleted.
submission = Table(
    "submission",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("inbox", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sender", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("registered", Boolean, nullable=False),  # received_at stands in the register, else it is first_seen_at
    Column("first_seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("inbox", "district", "period", "department", "filename", "sha256", "received_at"),
)

# One row a briefing made: a district, a month and a fingerprint.
briefing = Table(
    "briefing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("district", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("as_known", UtcDateTime),
    Column("number", Integer, nullable=False),
    Column("total_number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),  # 未定稿
    Column("made_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),  # last run that found this one to be the current one
    Column("released_at", UtcDateTime),
    Column("pdf_sha256", Text, nullable=False),
    Column("manifest", JSON, nullable=False),
    UniqueConstraint("district", "period", "fingerprint"),
)

# One row a figure of a briefing; `position` keeps the order in which they were measured.
figure = Table(
    "figure",
    metadata,
    Column("briefing_id", ForeignKey("briefing.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("mechanism", Integer, nullable=False),
    Column("value", Exact),
    Column("printed", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("target", Exact),
    Column("done", Exact),
    Column("due", Exact),
    Column("light", Text),
    Column("change", Exact),
    Column("change_on_year", Exact),
    Column("from_district_file", Text, nullable=False),
    Column("label_en", Text, nullable=False, server_default=""),
    Column("owner", Text, nullable=False, server_default=""),
    Column("lineage", LargeBinary, nullable=False),  # zlib of JSON: inputs and cells
)

# One row a finding of a briefing, in its order.
finding = Table(
    "finding",
    metadata,
    Column("briefing_id", ForeignKey("briefing.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("submission", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("field", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("explanation", Text, nullable=False, server_default=""),
    Column("explained_by", Text, nullable=False, server_default=""),
)

# One row a word of the office about one issue: a note, a signature, a correction. Nothing is changed or deleted.
editorial = Table(
    "editorial",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("district", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("about", Text, nullable=False),  # fingerprint: of the draft signed, of the issue corrected
    Column("at", UtcDateTime, nullable=False),
)

# One row a district and month that a run began to make and has not made: the last such run. It goes when the month's issue
# is recorded, so what stands here failed (`ended_at`, with the reason), was cut off (no `ended_at`), or is under way.
attempt = Table(
    "attempt",
    metadata,
    Column("district", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("message", Text, nullable=False),
)

# One row a district and month that a run is working on now.
run_lock = Table(
    "run_lock",
    metadata,
    Column("district", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

# One row a deed: who did what, when, and the hash of the row before. Nothing is changed or deleted.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("about", Text, nullable=False),  # fingerprint of an issue or draft
    Column("details", JSON, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),  # SHA-256 over canonical JSON of all the others
)
