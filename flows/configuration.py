"""The files that say what to expect: contracts, the district, published figures. Read once a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from transforms.contracts import Contract, parse_contract
from transforms.districts import District, parse_district
from transforms.errors import ConfigurationError, UsageError
from transforms.period import Period
from transforms.published import Published, parse_published


@dataclass(frozen=True)
class Configuration:
    district: District
    contracts: tuple[Contract, ...]  # ordered by file name
    published: Mapping[Period, Published]  # public figures that a month must agree with, where there are any
    texts: Mapping[str, str]  # file name → text, for the fingerprint

    def contracts_of(self, department: str) -> tuple[Contract, ...]:
        return tuple(contract for contract in self.contracts if contract.department == department)

    @property
    def department_of(self) -> dict[str, str]:
        """Dataset → department."""
        return {contract.id: contract.department for contract in self.contracts}

    @property
    def departments(self) -> tuple[str, ...]:
        """Those that owe at least one sheet, in the district file's order."""
        owing = {contract.department for contract in self.contracts}
        return tuple(d.name for d in self.district.departments if d.name in owing)


def district_codes(data: Path) -> tuple[str, ...]:
    """Codes of all districts that have a file under `data`."""
    return tuple(sorted(path.stem for path in (data / "districts").glob("*.yaml")))


def load_configuration(data: Path, district_code: str) -> Configuration:
    """Read and cross-check everything under `data`.

    Raises:
        UsageError: no such district.
        ConfigurationError: a mistake in any file, with file and line.
    """
    district_file = data / "districts" / f"{district_code}.yaml"
    if not district_file.is_file():
        raise UsageError(f"没有区划代码为 {district_code} 的区县；现有：{'、'.join(district_codes(data))}。")
    texts: dict[str, str] = {}

    def text_of(path: Path) -> tuple[str, str]:
        name = path.relative_to(data).as_posix()
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise ConfigurationError(f"{path}:{line}: 不是 UTF-8 编码，请另存为 UTF-8") from None
        return texts[name], str(path)

    district = parse_district(*text_of(district_file))
    contract_files = sorted((data / "contracts").glob("*.yaml"))
    contracts = tuple(parse_contract(*text_of(path)) for path in contract_files)
    published = {}
    for path in sorted((data / "published").glob("*.yaml")):
        figures = parse_published(*text_of(path))
        if figures.district == district_code:
            published[Period.parse(figures.period)] = figures
    _cross_check(contracts, contract_files, district, district_file)
    return Configuration(district, _with_headers(contracts, district, district_file), published, texts)


def _with_headers(contracts: tuple[Contract, ...], district: District, district_file: Path) -> tuple[Contract, ...]:
    """The contracts under the district's own headers."""
    known = {contract.id: contract for contract in contracts}
    for dataset, headers in district.headers.items():
        line = _line_of(district_file, f"{dataset}:")
        if dataset not in known:
            raise ConfigurationError(f"{district_file}:{line}: headers 中没有这张表：{dataset}")
        try:
            known[dataset] = known[dataset].with_aliases(headers)
        except ValueError as error:
            told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise ConfigurationError(f"{district_file}:{line}: headers 的 {dataset}：{told}") from error
    return tuple(known.values())


def _cross_check(contracts: tuple[Contract, ...], files: list[Path], district: District, district_file: Path) -> None:
    """What no single file can know: ids and rule codes are unique, every department is in the district file."""
    seen: dict[str, Path] = {}
    for contract, path in zip(contracts, files, strict=True):
        for name in (contract.id, *(rule.code for rule in contract.rules)):
            if name in seen:
                line = _line_of(path, name)
                raise ConfigurationError(f"{path}:{line}: “{name}”在 {seen[name].name} 中已经用过")
            seen[name] = path
        if district.department(contract.department) is None:
            line = _line_of(path, f"department: {contract.department}")
            raise ConfigurationError(f"{path}:{line}: 部门“{contract.department}”不在 {district_file.name} 中")


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)
