"""A whole province on this machine: made, killed once on the way, gone on with, rolled up, and every figure of every region
compared with what the generator's own rows add up to.

python -m tests.bench.province_run --home DIR [--districts 85] [--from 2014-01] [--through 2014-12] [--steps 1,2,3]

What is finished stands in DIR/province.json with what it took, and is not done again: the same command goes on. DIR/samples.csv
has a line every few seconds: how many issues stood, the CPU seconds so far, the memory of all processes together.
`--steps` says how many months of all districts are made by one command: first one, then two more, then three at a time. Exit code 1 when anything is not as it should be.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import pickle
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from data.generator.province import CITIES, PROVINCE, write_province
from tests.pipeline import ROOT, environment
from tests.province import Truth, expected, truth_of
from transforms.period import Period

SANCU = str(Path(sys.executable).with_name("sancu"))
SECONDS = 5  # between two samples
LEFT_ALONE = 15  # seconds that processes of a killed command have to end


class Province:
    """One province in its folder, and what is known of it so far."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.home, self.districts = given.home.absolute(), given.districts
        self.periods = tuple(Period.parse(given.first).through(Period.parse(given.through)))
        self.steps = [int(step) for step in given.steps.split(",")]
        self._record = self.home / "province.json"
        self.known: dict[str, Any] = json.loads(self._record.read_text()) if self._record.exists() else {}

    @property
    def codes(self) -> list[str]:
        return sorted(path.stem for path in (self.home / "data/districts").glob("*.yaml"))

    @property
    def regions(self) -> dict[str, list[str]]:
        """Code of each city and of the province → its districts."""
        cities = {f"{PROVINCE}{city + 1:02d}00": f"{PROVINCE}{city + 1:02d}" for city in range(CITIES)}
        found = {code: [c for c in self.codes if c.startswith(start)] for code, start in cities.items()}
        return {code: members for code, members in found.items() if members} | {f"{PROVINCE}0000": self.codes}

    def once(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if name not in self.known:
            print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)
            start, cpu = time.time(), time.process_time()
            taken = work()
            self.known[name] = {"seconds": time.time() - start, "cpu_s": time.process_time() - cpu} | taken
            partial = self._record.with_suffix(".partial")
            partial.write_text(json.dumps(self.known, ensure_ascii=False, indent=1), encoding="utf-8")
            partial.replace(self._record)
            print(f"{time.strftime('%H:%M:%S')} {name}: {self.known[name]}"[:300], flush=True)
        return dict(self.known[name])

    # what is done, in order

    def generate(self) -> dict[str, Any]:
        shutil.rmtree(self.home / "truth", ignore_errors=True)
        worlds = write_province(self.home, self.districts, self.periods[-1], 1, self.periods[0])
        for period in self.periods:
            truths = {world.district.code: truth_of(world, period) for world in worlds}
            (self.home / f"truth/{period}.pickle").write_bytes(pickle.dumps(truths))
        return {"files": sum(path.is_file() for path in (self.home / "inbox").rglob("*"))}

    def backfill(self, first: Period, last: Period, kill_after: float | None = None) -> dict[str, Any]:
        """One command for all districts. Killed once so many new issues stand, when that is asked for."""
        before, start = self.issues(), time.time()
        command = [SANCU, "backfill", str(first), str(last), "--districts", ",".join(self.codes)]
        log = self.home / f"backfill-{last}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
            family = self._watched(process, kill_after and before + kill_after)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        made = self.issues() - before
        told: dict[str, Any] = {"exit": code, "issues": made, "seconds": time.time() - start}
        if kill_after:
            assert code == -signal.SIGKILL, f"ended before it was killed: {code}, see {log}"
            _, alive = psutil.wait_procs(family, timeout=LEFT_ALONE)
            return told | {"killed_at_issue": before + made, "processes_left": len(alive)}
        return told | {"cpu_s": used.ru_utime + used.ru_stime}  # also that of the processes it has waited for

    def _watched(self, process: subprocess.Popen[bytes], kill_at: float | None) -> list[psutil.Process]:
        """Samples until the command has ended, which is killed at so many issues. All its processes that were seen."""
        command, seen, spent = psutil.Process(process.pid), dict[int, psutil.Process](), dict[int, float]()
        with (self.home / "samples.csv").open("a", newline="") as file:
            while command.status() != psutil.STATUS_ZOMBIE:
                resident = 0
                for one in [command, *command.children(recursive=True)]:
                    try:
                        times = one.cpu_times()
                        spent[one.pid], seen[one.pid] = times.user + times.system, one
                        resident += one.memory_info().rss
                    except psutil.Error:
                        continue
                issues, cpu = self.issues(), sum(spent.values())
                csv.writer(file).writerow([round(time.time()), process.pid, issues, round(cpu, 1), resident])
                file.flush()
                if kill_at is not None and issues >= kill_at:
                    os.kill(process.pid, signal.SIGKILL)
                    break
                time.sleep(SECONDS)
        return [one for pid, one in seen.items() if pid != process.pid]

    def roll_up(self, period: Period) -> dict[str, Any]:
        """Each city and the province, compared figure by figure."""
        from flows.ledger import Ledger
        from flows.rollup import roll_up_month
        from flows.settings import load_settings

        settings = load_settings()
        truths: dict[str, Truth] = pickle.loads((self.home / f"truth/{period}.pickle").read_bytes())
        seconds, compared, wrong = {}, 0, []
        for region, members in self.regions.items():
            start = time.process_time()
            issue = roll_up_month(settings, region, str(period))
            seconds[region] = round(time.process_time() - start, 2)
            figures = Ledger(settings.database_url).figures_of(issue.briefing)
            for code, value in expected([truths[member] for member in members]).items():
                compared += 1
                if figures[code].value != value:
                    wrong.append(f"{region} {code}: {figures[code].value}, not {value}")
            wrong += [f"{region}: {name} absent" for name in issue.briefing.manifest["summary"]["absent"]]
        return {"figures_compared": compared, "wrong": wrong, "cpu_s_each": seconds}

    def verify(self) -> dict[str, Any]:
        done = subprocess.run([SANCU, "audit", "verify", "--json"], cwd=ROOT, capture_output=True, text=True)
        return {"exit": done.returncode} | json.loads(done.stdout or "{}")

    def sizes(self) -> dict[str, Any]:
        folders = {"inbox": "inbox", "store": "var/store", "out": "out", "prefect": "var/prefect"}
        found = {name: bytes_in(self.home / folder) for name, folder in folders.items()}
        return found | {"ledger": sum(path.stat().st_size for path in (self.home / "var").glob("ledger.sqlite*"))}

    def issues(self) -> int:
        """Issues of districts that stand in the ledger."""
        path = self.home / "var/ledger.sqlite"
        if not path.exists():
            return 0
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as ledger:
                return int(ledger.execute("SELECT count(*) FROM briefing WHERE district NOT LIKE '%00'").fetchone()[0])
        except sqlite3.OperationalError:  # its tables are being made
            return 0

    def spans(self) -> Iterator[tuple[Period, Period]]:
        """First and last month of each command."""
        left, steps = list(self.periods), list(self.steps)
        while left:
            step = steps.pop(0) if len(steps) > 1 else steps[0]
            yield left[0], left[:step][-1]
            left = left[step:]

    def stages(self) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
        yield "generate", self.generate
        for first, last in self.spans():
            if first == self.periods[0]:
                number = random.SystemRandom().uniform(0.1, 0.9) * self.districts * self.steps[0]
                yield "killed", partial(self.backfill, first, last, number)
            yield f"backfill {first} {last}", partial(self.backfill, first, last)
            for period in first.through(last):
                yield f"roll-up {period}", partial(self.roll_up, period)
        yield "again", partial(self.backfill, self.periods[0], self.periods[-1])
        yield "verify", self.verify
        yield "sizes", self.sizes


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def faults(known: dict[str, Any]) -> Iterator[str]:
    """What is not as it should be."""
    for name, told in known.items():
        if name != "killed" and told.get("exit"):
            yield f"{name}: exit code {told['exit']}"
        if told.get("processes_left"):
            yield f"{name}: {told['processes_left']} processes were left"
        yield from (f"{name}: {one}" for one in (*told.get("wrong", ()), *told.get("faults", ())))
    if known.get("again", {}).get("issues"):
        yield "again: something was made that had been made"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="a province on this machine")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--districts", type=int, default=85)
    parser.add_argument("--from", dest="first", default="2014-01")
    parser.add_argument("--through", default="2014-12")
    parser.add_argument("--steps", default="1,2,3")
    province = Province(parser.parse_args(arguments))
    province.home.mkdir(parents=True, exist_ok=True)
    places = {"DATA": "data", "HOME": "var", "OUT": "out", "INBOX": "inbox"}
    with environment(**{f"SANCU_{name}": str(province.home / folder) for name, folder in places.items()}):
        for name, work in province.stages():
            province.once(name, work)
    found = list(faults(province.known))
    print("\n".join(found) or "all as it should be")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
