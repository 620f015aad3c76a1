"""Findings name their column and row, and keep what the department answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("field", "subject", "explanation", "explained_by"):
        op.add_column("finding", sa.Column(name, sa.Text, nullable=False, server_default=""))
