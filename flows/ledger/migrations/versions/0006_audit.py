"""Who did what, and when: rows chained by their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("who", "deed", "district", "period", "about")),
        sa.Column("details", sa.JSON, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("previous", "hash")),
    )
