"""What a light command costs before it does anything, against Python alone and against importing Prefect alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SANCU = str(Path(sys.executable).with_name("sancu"))
COMMANDS = (("--help",), ("metrics",), ("dictionary",))


def measure() -> list[tuple[str, float]]:
    """What was measured, and seconds or ratios."""
    nothing, prefect = _seconds(sys.executable, "-c", "pass"), _seconds(sys.executable, "-c", "import prefect")
    told = [("python -c pass, s", nothing), ("python -c 'import prefect', s", prefect)]
    for command in COMMANDS:
        name, seconds = f"sancu {' '.join(command)}", _seconds(SANCU, *command)
        told += [
            (f"{name}, s (goal 1)", seconds),
            (f"{name}, times python alone", seconds / nothing),
            (f"{name}, times the import of Prefect", seconds / prefect),
        ]
    return told


def _seconds(*command: str) -> float:
    """Median of five calls."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
