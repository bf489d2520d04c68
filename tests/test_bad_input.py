"""Whatever is wrong in the input is told with its place, what is wrong and what would be right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.ask import ask
from verifier.errors import QuestionError, VerifierError
from verifier.example import write
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.load import load
from verifier.snapshot.model import Snapshot

FOLDER = Path(__file__).parent / "bad"


def _cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / name).read_text("utf-8"))
    return found


def read_policy(case: dict[str, Any]) -> str:
    """Return the message with which a policy is refused."""
    text = case.get("text", json.dumps(case.get("document")))
    try:
        policy_from_text(text, PolicyKind[case["kind"].upper()], "policy.json")
    except VerifierError as error:
        return str(error)
    return "accepted"


def read_snapshot(case: dict[str, Any], folder: Path) -> str:
    """Return the message with which a snapshot is refused, without the folder's path."""
    for name, content in case["files"].items():
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        (folder / name).write_text(text, encoding="utf-8")
    try:
        load(folder)
    except VerifierError as error:
        return str(error).replace(f"{folder}/", "").replace(str(folder), "FOLDER")
    return "accepted"


def ask_example(sentence: str, snapshot: Snapshot | None = None) -> str:
    """Return the message with which a question about the bundled example is refused."""
    if snapshot is None:
        from verifier.example import files

        root = Path(__file__).parents[1] / "verifier" / "example" / "acme"
        assert list(files())
        snapshot = load(root)
    try:
        ask(snapshot, sentence)
    except QuestionError as error:
        return str(error)
    return "accepted"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The bundled example, loaded."""
    folder = tmp_path_factory.mktemp("acme")
    list(write(folder))
    return load(folder)


@pytest.mark.parametrize("case", _cases("policies.json"), ids=lambda case: case["name"])
def test_policy(case: dict[str, Any]) -> None:
    """A malformed policy is refused with exactly this message."""
    assert case["message"] == read_policy(case)


@pytest.mark.parametrize("case", _cases("snapshots.json"), ids=lambda case: case["name"])
def test_snapshot(case: dict[str, Any], tmp_path: Path) -> None:
    """A malformed snapshot is refused with exactly this message."""
    assert case["message"] == read_snapshot(case, tmp_path)


@pytest.mark.parametrize("case", _cases("sentences.json"), ids=lambda case: case["sentence"])
def test_sentence(case: dict[str, Any], example: Snapshot) -> None:
    """A question that cannot be answered is refused with exactly this message."""
    assert case["message"] == ask_example(case["sentence"], example)
