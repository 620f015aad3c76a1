"""The core stays pure, and each heavy library stays behind its one seam."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted((ROOT / "transforms").rglob("*.py"))
FORBIDDEN_IMPORTS = {"flows", "prefect", "sqlalchemy", "alembic", "fsspec", "requests", "httpx", "urllib", "socket"}
FORBIDDEN_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "now", "today", "utcnow", "getenv"}
# library → the only files of the core that may import it
SEAMS = {
    "great_expectations": {"transforms/checks.py"},
    "weasyprint": {f"transforms/briefing/{name}.py" for name in ("render", "origins", "justify")},
}


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Top-level names of the packages that a module imports when it runs (not for type checking only)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def impurities(source: str) -> list[str]:
    """What a module of the core must not do."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in imports_of(tree) if name in FORBIDDEN_IMPORTS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in FORBIDDEN_CALLS:
                found.append(f"calls {name}")
        if isinstance(node, ast.Attribute) and node.attr == "environ":
            found.append("reads the environment")
    return found


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_is_pure(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from flows.store import Store",
        "import sqlalchemy.orm",
        "text = open('a').read()",
        "from pathlib import Path\nPath('a').read_text()",
        "import datetime\ndatetime.date.today()",
        "import os\nos.environ['A']",
    ],
)
def test_an_impure_module_is_caught(source: str) -> None:
    assert impurities(source)


@pytest.mark.parametrize(("library", "seam"), SEAMS.items(), ids=list(SEAMS))
def test_heavy_libraries_stay_behind_their_seam(library: str, seam: set[str]) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in ("transforms", "flows")
        for path in (ROOT / folder).rglob("*.py")
        if library in imports_of(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert users - {"flows/doctor.py"} == seam


def test_sql_stays_in_the_ledger() -> None:
    users = [
        path
        for path in (ROOT / "flows").rglob("*.py")
        if "sqlalchemy" in imports_of(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert users
    assert all((ROOT / "flows" / "ledger") in path.parents for path in users)


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_the_lock_file_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text


def test_no_tracked_file_names_an_absolute_home() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:home|root|work)/\w")
    guilty = [
        path.name
        for path in tracked_files()
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".sh", ""} and path.is_file()
        if path.name != Path(__file__).name and pattern.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert guilty == []


def test_the_lock_pins_what_the_project_asks_for() -> None:
    """Every dependency named in pyproject.toml stands in the lock file."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[=<>\[ ]", requirement)[0].lower() for requirement in asked}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M))
    assert names - locked == set()
