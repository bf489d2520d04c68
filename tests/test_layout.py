"""Where the packages are: `encodings/` is a source root and must stay one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_encodings_is_no_package() -> None:
    """`encodings/` has no `__init__.py`: its name is that of a standard-library package."""
    assert not (ROOT / "encodings" / "__init__.py").exists()


@pytest.mark.parametrize("path", [".", ":/tmp", str(ROOT)])
def test_interpreter_starts(path: str) -> None:
    """The interpreter starts with the root of the checkout on its path."""
    command = [sys.executable, "-c", "print('up')"]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "up\n")


def test_encodings_know_no_verifier() -> None:
    """Importing every module of `iam_smt` imports nothing of `verifier`."""
    names = sorted(path.stem for path in (ROOT / "encodings" / "iam_smt").glob("*.py"))
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module('iam_smt.' + name)\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'verifier', 'pydantic', 'click'}))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT / "encodings", capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_checkout_runs_uninstalled() -> None:
    """`python -m verifier` runs from a checkout that is not installed."""
    command = [sys.executable, "-m", "verifier", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("verifier, version ")
