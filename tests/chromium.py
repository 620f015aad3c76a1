"""Headless Chromium for tests: a page in a frame of a given width, measured by a script that stands outside of it.

The page's own bytes stay as they are, its content security policy too.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = "没有装 Chromium：setup/testing.sh 可以装 · Chromium is not installed"
_FRAME = """<!DOCTYPE html><meta charset="utf-8"><style>body{{margin:0}}iframe{{border:0;display:block}}</style>
<iframe src="{address}" width="{width}" height="{height}"></iframe><pre id="measured"></pre><script>
const pause = ms => new Promise(done => setTimeout(done, ms));
onload = async () => {{
  const frame = document.querySelector("iframe"), page = frame.contentWindow, doc = page.document;
  const all = selector => [...doc.querySelectorAll(selector)];
  let found;
  try {{ found = await (async () => {{ {script} }})() }} catch (error) {{ found = {{error: String(error)}} }}
  document.getElementById("measured").textContent = JSON.stringify(found);
}}
</script>"""


@dataclass(frozen=True)
class Browser:
    """`folder` takes its profile, the frames and the font configuration; `fonts` is where Chinese fonts lie."""

    folder: Path
    fonts: Path

    def measure(self, page: Path, width: int, script: str, fragment: str = "") -> dict[str, object]:
        """What `script` returns (JSON), with `page` (window), `doc`, `all(selector)` and `pause(ms)` at hand."""
        frame = self._frame(page, width, 800, script, fragment)
        dom, _ = self._run("--virtual-time-budget=8000", "--dump-dom", frame.as_uri())
        measured = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.S)
        assert measured and measured[1], "the script did not come to its end"
        found: dict[str, object] = json.loads(unescape(measured[1]))
        return found

    def console(self, page: Path) -> list[str]:
        """What the page, opened alone, says on the console."""
        _, log = self._run("--enable-logging=stderr", "--log-level=0", "--dump-dom", page.as_uri())
        return [line for line in log.splitlines() if ":CONSOLE" in line]

    def screenshot(self, page: Path, width: int, height: int, to: Path, fragment: str = "") -> None:
        frame = self._frame(page, width, height, "return 0", fragment)
        self._run(f"--window-size={max(width, 500)},{height}", f"--screenshot={to}", frame.as_uri())

    def _frame(self, page: Path, width: int, height: int, script: str, fragment: str) -> Path:
        address = page.as_uri() + (f"#{fragment}" if fragment else "")
        frame = self.folder / "frame.html"
        frame.write_text(_FRAME.format(address=address, width=width, height=height, script=script), encoding="utf-8")
        return frame

    def _run(self, *options: str) -> tuple[str, str]:
        assert PROGRAM
        conf = self.folder / "fonts.conf"
        conf.write_text(
            f"<fontconfig><dir>{self.fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{self.folder}/cache</cachedir>"
            "</fontconfig>",
            encoding="utf-8",
        )
        command = [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--hide-scrollbars", "--allow-file-access-from-files", "--no-first-run", "--disable-extensions"]
        command += [f"--user-data-dir={self.folder}/profile", "--host-resolver-rules=MAP * ~NOTFOUND", *options]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "FONTCONFIG_FILE": str(conf)}
        done = subprocess.run(command, env=environment, capture_output=True, timeout=600, check=False)
        return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
