"""How results are told: a line for each, a bar while the run lasts, and a summary."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Final, TextIO

from bridge.conformance.finding import Result, Verdict

BAR: Final = 24
MOST_REPEATED: Final = 20
"""So many findings are named again at the end, where a person looks first."""


class Report:
    """Tells results on `out` and how far the run is on `err`, the latter on a terminal alone."""

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool, strict: bool) -> None:
        self._out = out
        self._err = err
        self._as_json = as_json
        self._strict = strict
        self._counts: Counter[Verdict] = Counter()
        self._bar = err.isatty()
        self._findings: list[str] = []

    def tell(self, result: Result) -> None:
        """Tell one result."""
        self._counts[result.verdict] += 1
        if result.verdict is Verdict.FINDING and len(self._findings) < MOST_REPEATED:
            self._findings.append(f"{result.test} {result.subject}".rstrip())
        self._wipe()
        if self._as_json:
            print(json.dumps(asdict(result)), file=self._out, flush=True)
            return
        about = f" {result.subject}" if result.subject else ""
        asked = f" {result.request}" if result.request else ""
        came = f" -> {result.got}" if result.got else ""
        print(
            f"{result.verdict:<8} {result.test}{about}:{asked} expected {result.expected}{came}",
            file=self._out,
            flush=True,
        )

    def progress(self, done: int, of: int) -> None:
        """Say how far it is."""
        if self._bar:
            filled = BAR * done // max(of, 1)
            print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done}/{of}", end="", file=self._err, flush=True)

    def finish(self) -> int:
        """Tell the summary; return 0 if the service passes, 1 if it does not, or if there was nothing to try."""
        self._wipe()
        counted = {verdict.value: self._counts[verdict] for verdict in Verdict}
        failed = counted["finding"] + (counted["warning"] if self._strict else 0)
        passed = failed == 0 and counted["pass"] > 0
        if not self._as_json:
            for name in self._findings:
                print(f"  found: {name}", file=self._out)
            if counted["finding"] > len(self._findings):
                print(f"  and {counted['finding'] - len(self._findings)} more", file=self._out)
            print(
                f"{'passed' if passed else 'FAILED'}: {counted['pass']} as expected, {counted['finding']} findings, "
                f"{counted['warning']} warnings, {counted['skipped']} skipped",
                file=self._out,
                flush=True,
            )
        return 0 if passed else 1

    def _wipe(self) -> None:
        if self._bar:
            print("\r\033[K", end="", file=self._err, flush=True)
