"""Proved: finished PDFs are read back before anything is published. One that is wrong is kept aside, and nothing comes
out."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from flows import atomic
from flows.month import Month, Plan
from flows.reader_pool import shared
from transforms import personal
from transforms.briefing.proofs import Refusal, refusals
from transforms.briefing.view import View
from transforms.errors import Stopped, UnreadableFile
from transforms.figures import Figure

ASIDE = "refused"  # folder of the month for drafts that were refused
REASONS = "reasons.txt"
TOLD = 10  # reasons in the message; all stand in the file


def prove(month: Month, plan: Plan, figures: Mapping[str, Figure], drafts: Mapping[str, tuple[View, bytes]]) -> None:
    """Let the drafts (file name → view and PDF) pass, or stop the run.

    Raises:
        Stopped: a draft is wrong; all of them stand in `refused/` with the reasons.
        EnvironmentFailure: the folder cannot be written.
    """
    names = _names(month, plan)
    found = {name: refusals(pdf, view, figures, names) for name, (view, pdf) in drafts.items()}
    folder = month.folder / ASIDE
    shutil.rmtree(folder, ignore_errors=True)
    reasons = [_told(name, refusal) for name, refused in found.items() for refusal in refused]
    if not reasons:
        return
    try:
        for name, (_, pdf) in drafts.items():
            atomic.write(folder / Path(name).name, pdf)
        atomic.write(folder / REASONS, "".join(f"{reason}\n" for reason in reasons).encode())
    except OSError as error:
        raise atomic.failure(f"写不进输出目录 {folder}", error) from error
    more = [f"  另有 {len(reasons) - TOLD} 处，见 {REASONS}"] if len(reasons) > TOLD else []
    raise Stopped(
        "\n".join(
            [
                f"简报没有通过发布前的核对，没有发布。共 {len(reasons)} 处不对：",
                *(f"  {reason}" for reason in reasons[:TOLD]),
                *more,
                f"草稿和全部原因在 {folder}。请改正数据、模板或设置后重新运行；改不了的，请把该目录发给维护人员。",
            ]
        )
    )


def _told(name: str, refusal: Refusal) -> str:
    return f"{name} {refusal.rule} {refusal.message}"


def _names(month: Month, plan: Plan) -> tuple[str, ...]:
    """Persons in personal columns of this month's files. They are held in memory only, and only for this."""
    found: set[str] = set()
    with shared(month.settings.reader.limits).reader() as reader:
        for submission in plan.submissions:
            contracts = month.configuration.contracts_of(submission.department)
            if submission.period != month.period or not any(c.personal for one in contracts for c in one.columns):
                continue
            try:
                raw = reader.read(month.store.get(submission.sha256), submission.filename)
            except UnreadableFile:
                continue
            found |= personal.names(raw, contracts)
    return tuple(sorted(found))
