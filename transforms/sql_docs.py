"""The page that lists the views of `sancu sql`, written from the views themselves."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.contracts import Contract
from transforms.markdown_tables import table
from transforms.sql_views import OF_LEDGER, View, views

SHARED = ("district", "period", "submission", "row")  # columns of every dataset's views

_INTRODUCTION = (
    "# `sancu sql` 的视图",
    "本页由程序生成，请勿手改；`sancu dictionary -o docs` 重新生成。怎样用，见 [exports.md](exports.md)。",
)


def views_markdown(contracts: Sequence[Contract]) -> str:
    """The whole page: a table for each view of the ledger; for the datasets one table, a line a dataset: the columns that its two views
    share, and those of each."""
    known = {view.name: view for view in views(contracts)}
    parts = []
    for name in (view for view in known if view in OF_LEDGER):
        parts += [f"## `{name}`", f"{known[name].about}。", _columns(known[name])]
    pairs = [(known[f"facts_{contract.id}"], known[contract.id]) for contract in contracts if contract.id in known]
    rows = [(f"`{stored.name}`", f"`{read.name}`", _listed(stored, read)) for stored, read in pairs]
    shared = "、".join(f"`{name}` {about}" for name, about in pairs[0][0].columns.items() if name in SHARED)
    datasets = ("## 各表的视图", f"每个视图都有{shared}。", table(("原样", "换算后", "列"), rows))
    return "\n\n".join([*_INTRODUCTION, *parts, *datasets]) + "\n"


def _columns(view: View) -> str:
    return table(("列", "内容"), [(f"`{name}`", about) for name, about in view.columns.items()])


def _listed(stored: View, read: View) -> str:
    """Each column of its own with its header; `stored → readable` where the two differ."""
    told = []
    for (name, about), shown in zip(stored.columns.items(), read.columns, strict=True):
        if name not in SHARED:
            arrow = f" → `{shown}`" if shown != name else ""
            told.append(f"`{name}`{arrow} {about.partition('；')[0]}")
    return "; ".join(told)
