"""A copy of the project in which one mutant after the other is tried."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.mutation.mutants import ROOT, Mutant

STAGES = (
    (
        "tests/test_cases.py",
        "tests/test_carried.py",
        "tests/test_contexts.py",
        "tests/test_sessions.py",
    ),
    ("tests/test_snapshot.py", "tests/test_example.py", "tests/test_open_points.py"),
    ("tests/test_readings.py",),
    ("tests/agreement/test_decisions.py", "tests/laws", "tests/test_public.py"),
    ("tests/agreement", "tests/globs", "tests/test_provisos.py"),
    ("tests",),
)
"""Tests in the order in which they are asked, those first that are quick to find a fault."""

_COPIED = ("verifier", "encodings", "tests", "benchmarks", "docs", "pyproject.toml", "README.md")
_SECONDS = 1200
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.M)


class Trial:
    """A copy of the project under `folder`; the tests that are asked are those of the copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changes = 0
        self._known: set[tuple[str, ...]] = set()
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "mutation")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy2(source, folder / name)

    def notice(self, mutant: Mutant, stages: tuple[tuple[str, ...], ...] = STAGES) -> str | None:
        """Return which test notices a mutant, the source being as before afterwards."""
        path = self._folder / mutant.file
        original = path.read_text("utf-8")
        for stage in stages:
            if stage not in self._known and (fails := self._run(stage)) is not None:
                raise RuntimeError(f"without any mutant, {fails} fails")
            self._known.add(stage)
            self._write(path, mutant.source(original))
            try:
                found = self._run(stage)
            finally:
                self._write(path, original)
            if found is not None:
                return found
        return None

    def _run(self, stage: tuple[str, ...]) -> str | None:
        """Return the first test that fails."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", *stage]
        command += ["-p", "no:cacheprovider"]
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
                env={**os.environ, "PYTHONPATH": f"{self._folder}:{self._folder}/encodings"},
            )
        except subprocess.TimeoutExpired:
            return f"{' '.join(stage)} do not end"
        if done.returncode == 0:
            return None
        failed = _FAILED.search(done.stdout)
        if done.returncode != 1 or failed is None:
            raise RuntimeError(f"the tests do not run:\n{done.stdout}{done.stderr}")
        return failed[1]

    def _write(self, path: Path, text: str) -> None:
        """Write a source so that no compiled form of an earlier one passes for its own."""
        path.write_text(text, encoding="utf-8")
        self._changes += 1
        os.utime(path, (self._changes, self._changes))
