"""What the office says of an issue: its note, its signature, why it is issued again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "editorial",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("district", "period", "kind", "text", "by", "about")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
