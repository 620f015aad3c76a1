"""The server of `sancu serve`: `python -m flows.serve_process PORT PARENT`, as `flows.server_process` with the scheduler.

Prefect 3.8.8 plans runs with one bulk INSERT that has the key `state`, a hybrid attribute which SQLAlchemy 2.0 passed
over. SQLAlchemy 2.1 refuses it (“please supply a bulk_dml decorated function”), and no cron run would ever start.
"""

from __future__ import annotations

from typing import Any

from flows import server_process


def let_runs_be_planned() -> None:
    """Pass the key over again; the states are inserted by a statement of their own."""
    from prefect.server.database.orm_models import FlowRun

    def pass_over(cls: type, mapping: dict[str, Any], value: Any) -> None:
        """The mapping stays as it is."""

    hybrid: Any = FlowRun.__mapper__.all_orm_descriptors["state"]
    if hasattr(hybrid.inplace, "bulk_dml"):  # from SQLAlchemy 2.1 on
        hybrid.inplace.bulk_dml(classmethod(pass_over))


if __name__ == "__main__":
    let_runs_be_planned()
    server_process.main()
