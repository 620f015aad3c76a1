"""The ledger's first tables: submission, briefing, figure, finding, run_lock."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("inbox", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("registered", sa.Boolean, nullable=False),
        sa.Column("first_seen_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint(
            *("inbox", "district", "period", "department", "filename", "sha256", "received_at"),
            name="uq_submission_inbox",
        ),
    )
    op.create_table(
        "briefing",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("as_known", moment),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("total_number", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=False),
        sa.Column("released_at", moment),
        sa.Column("pdf_sha256", sa.Text, nullable=False),
        sa.Column("manifest", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_briefing"),
        sa.UniqueConstraint("district", "period", "fingerprint", name="uq_briefing_district"),
    )
    op.create_table(
        "figure",
        sa.Column("briefing_id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("mechanism", sa.Integer, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("printed", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("done", sa.Text),
        sa.Column("due", sa.Text),
        sa.Column("light", sa.Text),
        sa.Column("change", sa.Text),
        sa.Column("from_district_file", sa.Text, nullable=False),
        sa.Column("lineage", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("briefing_id", "code", name="pk_figure"),
        sa.ForeignKeyConstraint(["briefing_id"], ["briefing.id"], name="fk_figure_briefing_id"),
    )
    op.create_table(
        "finding",
        sa.Column("briefing_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("submission", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("row", sa.Integer),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("briefing_id", "position", name="pk_finding"),
        sa.ForeignKeyConstraint(["briefing_id"], ["briefing.id"], name="fk_finding_briefing_id"),
    )
    op.create_table(
        "run_lock",
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process_started", sa.Text, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.PrimaryKeyConstraint("district", "period", name="pk_run_lock"),
    )


def downgrade() -> None:
    for table in ("run_lock", "finding", "figure", "briefing", "submission"):
        op.drop_table(table)
