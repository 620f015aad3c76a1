"""June, composed and rendered once for all tests of the briefing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.fonts import font_files
from tests.transforms.briefing.sample_figures import ROOT, june
from transforms.briefing.compose import compose
from transforms.briefing.fitting import fit
from transforms.briefing.render import render
from transforms.briefing.view import View


@pytest.fixture(scope="session")
def fonts() -> dict[str, Path]:
    return font_files(ROOT / ".fonts")


@pytest.fixture(scope="session")
def view(fonts: dict[str, Path]) -> View:
    return fit(compose(june()), fonts)


@pytest.fixture(scope="session")
def june_pdf(view: View, fonts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("june") / "briefing.pdf"
    path.write_bytes(render(view, fonts))
    return path
