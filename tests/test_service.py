"""The systemd unit is one that systemd understands."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pipeline import ROOT


def verified(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (unit := folder / "sancu.service").write_text(text.replace("/opt/sancu", str(ROOT)), encoding="utf-8")
    return subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_understood(tmp_path: Path) -> None:
    text = (ROOT / "setup" / "sancu.service").read_text(encoding="utf-8")
    done = verified(text, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    spoilt = verified(text.replace("Type=exec", "Typ=exec").replace("bin/sancu", "bin/nothing"), tmp_path)
    assert spoilt.returncode and "nothing" in spoilt.stderr
