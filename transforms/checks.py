"""From contracts to Great Expectations suites to findings. Nothing else in the project knows Great Expectations.

One rule is one expectation, and all months of a dataset are one batch: the engine's cost is per expectation and
batch (about 10 ms), not per row. So `filled`, which names many columns, is one boolean column made beforehand.
"""

from __future__ import annotations

import functools
import logging
import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from transforms.contracts import (
    Allowed,
    AnyRule,
    Contract,
    Filled,
    Kind,
    Order,
    Pattern,
    Range,
    Unique,
)
from transforms.errors import EnvironmentFailure
from transforms.findings import Finding, Severity
from transforms.predicates import SUBMISSION, key_columns, limits, one_batch
from transforms.tables import Table
from transforms.verdicts import findings_of

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

UNREAD_CELLS = frozenset(("RD06", "RD10"))
_GX_SEVERITY = {Severity.BLOCK: "critical", Severity.EXPLAIN: "warning", Severity.INFORM: "info"}
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "include_unexpected_rows": False,
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
    "partial_unexpected_count": 0,
}
# A dataframe asset used by two threads at once gives silently wrong results, and threads would gain no time: the
# engine holds the interpreter lock throughout.
_ONE_AT_A_TIME = threading.Lock()


def check(contract: Contract, tables: Sequence[Table], findings: Sequence[Finding] = ()) -> list[Finding]:
    """Judge every rule of `contract` on every row of `tables`, which are of its dataset, usually one a month.

    One finding a failing cell, in order of table, row and rule; a repeat is marked at the rule's first column. A
    repeat within a submission has the rule's severity. An events key that an earlier month's table already holds is
    to be explained, on the later row. A cell among `findings` as RD06 or RD10 (it could not be read) is not reported as
    empty again, unless the rule is graver than that finding.

    Raises:
        EnvironmentFailure: the engine could not run a rule; it has then neither passed nor failed.
    """
    tables = [table for table in tables if len(table.frame)]
    if not tables or not contract.rules:
        return []
    batch = one_batch(contract, tables)
    failing = _failing_rows(contract, batch.frame)
    unread = {
        (finding.submission, finding.sheet, finding.row, finding.column): finding.severity
        for finding in findings
        if finding.rule in UNREAD_CELLS
    }
    placed: list[tuple[int, int, int, Finding]] = []
    for order, rule in enumerate(contract.rules):
        for index, finding in findings_of(rule, contract, batch, failing[rule.code]):
            known = unread.get((finding.submission, finding.sheet, finding.row, finding.column))
            if isinstance(rule, Filled) and known is not None and known.rank <= finding.severity.rank:
                continue
            placed.append((index, order, len(placed), finding))
    return [finding for *_, finding in sorted(placed, key=lambda item: item[:3])]


def warm_up() -> None:
    """Import the engine ahead of need: it costs seconds, which may pass while something else is waited for."""
    import great_expectations.expectations  # noqa: F401

    _batch_definition()


def _expectation(rule: AnyRule, contract: Contract) -> Any:
    """The expectation that stands for a rule; its `meta` says which."""
    import great_expectations.expectations as exported

    gxe: Any = exported  # the package re-exports without saying so, which strict typing refuses
    common: dict[str, Any] = {
        "description": rule.message,
        "severity": _GX_SEVERITY[rule.severity],
        "meta": {"code": rule.code, "severity": rule.severity.value},
    }
    match rule:
        case Unique():
            # A register repeats its keys every month by nature; an event belongs to one month.
            scope = [SUBMISSION] if contract.kind is Kind.REGISTER else []
            columns = scope + key_columns(rule, contract)
            if len(columns) == 1:
                return gxe.ExpectColumnValuesToBeUnique(column=columns[0], **common)
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=columns, ignore_row_if="any_value_is_missing", **common
            )
        case Allowed():
            allowed = list(contract.column(rule.column).allowed)
            return gxe.ExpectColumnValuesToBeInSet(column=rule.column, value_set=allowed, **common)
        case Range():
            low, high = limits(rule, contract)
            return gxe.ExpectColumnValuesToBeBetween(column=rule.column, min_value=low, max_value=high, **common)
        case Pattern():
            return gxe.ExpectColumnValuesToMatchRegex(column=rule.column, regex=f"^(?:{rule.regex})$", **common)
        case Order():
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=rule.second,
                column_B=rule.first,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **common,
            )
        case _:
            return gxe.ExpectColumnValuesToBeInSet(column=rule.code, value_set=[True], **common)


_suites: dict[str, tuple[Contract, ExpectationSuite]] = {}


def _suite(contract: Contract) -> ExpectationSuite:
    from great_expectations.core import ExpectationSuite

    known = _suites.get(contract.id)
    if known is None or known[0] != contract:
        expectations = [_expectation(rule, contract) for rule in contract.rules]
        known = _suites[contract.id] = (contract, ExpectationSuite(name=contract.id, expectations=expectations))
    return known[1]


def _failing_rows(contract: Contract, frame: pd.DataFrame) -> Mapping[str, list[int]]:
    """For each rule's code the rows of `frame` that fail, in order."""
    with _ONE_AT_A_TIME:
        batch = _batch_definition().get_batch({"dataframe": frame})
        results = batch.validate(_suite(contract), result_format=_RESULT_FORMAT).results
    by_code = {result.expectation_config.meta["code"]: result for result in results if result.expectation_config}
    return {rule.code: _rows(rule, contract, by_code.get(rule.code)) for rule in contract.rules}


def _rows(rule: AnyRule, contract: Contract, result: ExpectationValidationResult | None) -> list[int]:
    problem = "没有结果" if result is None else _exception(result.exception_info)
    if result is not None and not problem:
        rows = sorted(result.result.get("unexpected_index_list") or [])
        if result.success == (not rows) and len(rows) == result.result["unexpected_count"]:
            return rows
        problem = "结果自相矛盾"
    raise EnvironmentFailure(
        f"规则 {rule.code}（{contract.title}：{rule.message}）没有跑成：{problem}。请核对这条规则，或按锁定的版本重装依赖。"
    )


def _exception(info: Mapping[str, Any]) -> str:
    """What the engine caught, from either shape that it reports: flat, or one entry a metric. Empty for nothing."""
    entries = [info] if "raised_exception" in info else [entry for entry in info.values() if isinstance(entry, dict)]
    caught = [entry for entry in entries if entry.get("raised_exception")]
    return str(caught[0].get("exception_message") or "原因不明") if caught else ""


@functools.cache
def _batch_definition() -> BatchDefinition[Any]:
    """The one context of this process, in memory: no telemetry, progress bars, data docs or temporary folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        )
        context = gx.get_context(project_config=config, mode="ephemeral")
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("dataset")
    return asset.add_batch_definition_whole_dataframe("all months")
