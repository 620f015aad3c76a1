"""Proved: documents that were read back and found wrong are kept aside, and nothing comes out."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from flows import atomic
from flows.documents import Documents
from flows.month import Month
from flows.reader_pool import shared
from transforms import personal, sheets
from transforms.errors import Stopped, UnreadableFile
from transforms.submissions import Submission

ASIDE = "refused"  # folder of the month for drafts that were refused
REASONS = "reasons.txt"
TOLD = 10  # reasons in the message; all stand in the file


def prove(month: Month, documents: Documents) -> None:
    """Let the documents pass, or stop the run. What was refused before goes.

    Raises:
        Stopped: one is wrong; all of them stand in `refused/` with the reasons.
        EnvironmentFailure: the folder cannot be written.
    """
    folder = month.folder / ASIDE
    shutil.rmtree(folder, ignore_errors=True)
    reasons = documents.reasons
    if not reasons:
        return
    try:
        for name, data in documents.files.items():
            atomic.write(folder / name, data)
        atomic.write(folder / REASONS, "".join(f"{reason}\n" for reason in reasons).encode())
    except OSError as error:
        raise atomic.failure(f"写不进输出目录 {folder}", error) from error
    told = [f"  {reason}" for reason in reasons[:TOLD]]
    if len(reasons) > TOLD:
        told.append(f"  另有 {len(reasons) - TOLD} 处，见 {REASONS}")
    raise Stopped(
        "\n".join(
            [
                f"简报没有通过发布前的核对，没有发布。共 {len(reasons)} 处不对：",
                *told,
                f"草稿和全部原因在 {folder}。请改正数据、模板或设置后重新运行；改不了的，请把该目录发给维护人员。",
            ]
        )
    )


def names_of(month: Month, submissions: Iterable[Submission]) -> tuple[str, ...]:
    """Persons in personal columns of this month's files among these, but no place or department that was written there.
    They are held in memory only, and only to be looked for."""
    found: set[str] = set()
    district = month.configuration.district
    known = {*district.townships, *(name for one in district.departments for name in (one.name, *one.aliases))}
    with shared(month.settings.reader.limits).reader() as reader:
        for submission in submissions:
            contracts = month.configuration.contracts_of(submission.department)
            if submission.period != month.period or not any(c.personal for one in contracts for c in one.columns):
                continue
            try:
                raw = reader.read(month.store.get(submission.sha256), submission.filename)
            except UnreadableFile:
                continue
            found |= personal.names(sheets.assign(raw.sheets, contracts), contracts)
    return tuple(sorted(found - known))
