"""The sheets as they were read, kept in the store, so that a figure's cells can be shown without opening the files
again. Derived: what is not there is read from the archive and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from flows.fingerprint import code_version, texts_of
from flows.store import Store
from transforms.errors import EnvironmentFailure
from transforms.readings import Reading, from_parquet, to_parquet

if TYPE_CHECKING:
    from flows.configuration import Configuration
    from flows.ledger import Ledger
    from flows.settings import Settings
    from transforms.submissions import Submission
    from transforms.tables import RawWorkbook, Table

_CONTRACTS = "contracts"


def keep(store: Store, configuration: Configuration, tables: Iterable[Table], again: bool = False) -> None:
    """Keep what is not there yet; `again` replaces what is. Safe to repeat.

    Raises:
        EnvironmentFailure: the disk or service refuses.
    """
    kept = _Keys({name: text for name, text in configuration.texts.items() if name.startswith(f"{_CONTRACTS}/")})
    contracts = {contract.id: contract for contract in configuration.contracts}
    for table in tables:
        key = kept.key(table.submission.sha256, table.sheet)
        if again or not store.has_reading(key):
            store.put_reading(key, to_parquet(table, contracts[table.dataset]))


class Readings:
    """What was read of a district's files; `unmasked` with what stands in personal columns, taken from the archive anew each
    time and kept nowhere."""

    def __init__(self, settings: Settings, district: str, ledger: Ledger, unmasked: bool = False) -> None:
        self._settings, self._district, self._ledger, self._unmasked = settings, district, ledger, unmasked
        self._store = Store(settings.store_url)
        self._keys = _Keys(
            {f"{_CONTRACTS}/{name}": text for name, text in texts_of(settings.data / _CONTRACTS, "*.yaml").items()}
        )

    def load(self, submission: str, sheet: str, letters: Collection[str] | None = None) -> Reading | None:
        """The sheet as kept, with the cells of the columns `letters` or of all; None when it is not kept, or damaged."""
        data = self._store.get_reading(self._keys.key(submission, sheet))
        try:
            return None if data is None else from_parquet(data, letters)
        except ValueError:
            return None

    def read(self, submission: str, sheet: str, letters: Collection[str] | None = None) -> Reading:
        """The sheet as kept, else read again from the archive and kept.

        Raises:
            EnvironmentFailure: the archive lacks the file, or with the contracts of today it has no such sheet.
        """
        masked = self._masked(submission, sheet, letters)
        return self._as_written(submission, masked) if self._unmasked else masked

    def _masked(self, submission: str, sheet: str, letters: Collection[str] | None) -> Reading:
        if (kept := self.load(submission, sheet, letters)) is not None:
            return kept
        from flows.configuration import load_configuration

        configuration = load_configuration(self._settings.data, self._district)
        tables = self._tables(configuration, submission)
        keep(self._store, configuration, tables, again=True)
        table = next((table for table in tables if table.sheet == sheet), None)
        if table is None:
            raise EnvironmentFailure(
                f"归档文件 {submission} 按现在的规定读不出“{sheet}”这张表；规定改过的，请先重新运行 sancu run。"
            )
        contract = next(contract for contract in configuration.contracts if contract.id == table.dataset)
        return from_parquet(to_parquet(table, contract), letters)

    def _as_written(self, submission: str, reading: Reading) -> Reading:
        from flows.configuration import load_configuration
        from transforms.personal import as_written

        contracts = load_configuration(self._settings.data, self._district).contracts
        contract = next(contract for contract in contracts if contract.id == reading.dataset)
        if not any(column.personal for column in contract.columns):
            return reading
        return as_written(reading, self._raw(self._ledger.submission(submission)), contract)

    def _tables(self, configuration: Configuration, submission: str) -> Sequence[Table]:
        from transforms.reading import read_submission  # pandas, only where something must be read again

        received = self._ledger.submission(submission)
        return read_submission(self._raw(received), received, configuration.contracts_of(received.department)).tables

    def _raw(self, received: Submission) -> RawWorkbook:
        from flows.reader_pool import shared

        with shared(self._settings.reader.limits).reader() as reader:
            return reader.read(self._store.get(received.sha256), received.filename)


class _Keys:
    """What a reading is kept under: the file and sheet, and all that reading depends on."""

    def __init__(self, contracts: Mapping[str, str]) -> None:
        self._base = json.dumps([code_version(), sorted(contracts.items())], ensure_ascii=False)

    def key(self, submission: str, sheet: str) -> str:
        return hashlib.sha256("\n".join((submission, sheet, self._base)).encode()).hexdigest()
