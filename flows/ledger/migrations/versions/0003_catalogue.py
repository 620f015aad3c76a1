"""Figures have an English label, an owner, and their change on the same month of the year before."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("figure", sa.Column("change_on_year", sa.Text))
    for name in ("label_en", "owner"):
        op.add_column("figure", sa.Column(name, sa.Text, nullable=False, server_default=""))
