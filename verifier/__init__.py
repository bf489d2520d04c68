"""verifier: who can reach what in AWS, with a replayed witness or a proof.

>>> from verifier import Snapshot
>>> snapshot = Snapshot.load("acme/")
>>> answer = snapshot.ask("can any external principal reach s3:DeleteBucket via role assumption")
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

# A checkout that is not installed keeps the encodings beside this package.
sys.path.append(str(Path(__file__).parents[1] / "encodings"))

if TYPE_CHECKING:
    from verifier.api import Snapshot, compare_policies
    from verifier.check.baseline import baseline_of
    from verifier.check.run import Checked, Checks, Status
    from verifier.comparison import Change, Comparison, Relation
    from verifier.delegation import Delegation, Obligation
    from verifier.disputed_points import POINTS, DisputedPoint
    from verifier.errors import (
        InputError,
        PolicyError,
        QuestionError,
        ReplayError,
        SnapshotError,
        UndecidedError,
        VerifierError,
    )
    from verifier.example import write_example
    from verifier.explanation import Explanation, Grounds, Remedy
    from verifier.finding import Finding, Findings, Severity
    from verifier.question import Form, Question, Route, RouteKind, Who, WhoKind
    from verifier.rendering import render
    from verifier.review.formats import render_review
    from verifier.review.model import Review
    from verifier.snapshot_comparison import (
        Access,
        AccessChange,
        Direction,
        Edit,
        EditKind,
        SnapshotComparison,
    )
    from verifier.verdict import Answer, Barrier, Cause, Dependence, Hop, Verdict, Way

__version__ = "0.1.0"

_HOMES = {
    **dict.fromkeys(("Snapshot", "compare_policies"), "verifier.api"),
    "baseline_of": "verifier.check.baseline",
    **dict.fromkeys(("Checked", "Checks", "Status"), "verifier.check.run"),
    **dict.fromkeys(("Change", "Comparison", "Relation"), "verifier.comparison"),
    **dict.fromkeys(
        (
            "InputError",
            "PolicyError",
            "QuestionError",
            "ReplayError",
            "SnapshotError",
            "UndecidedError",
            "VerifierError",
        ),
        "verifier.errors",
    ),
    **dict.fromkeys(
        ("Access", "AccessChange", "Direction", "Edit", "EditKind", "SnapshotComparison"),
        "verifier.snapshot_comparison",
    ),
    **dict.fromkeys(("Delegation", "Obligation"), "verifier.delegation"),
    **dict.fromkeys(("POINTS", "DisputedPoint"), "verifier.disputed_points"),
    "render": "verifier.rendering",
    "write_example": "verifier.example",
    **dict.fromkeys(("Explanation", "Grounds", "Remedy"), "verifier.explanation"),
    **dict.fromkeys(("Finding", "Findings", "Severity"), "verifier.finding"),
    **dict.fromkeys(
        ("Form", "Question", "Route", "RouteKind", "Who", "WhoKind"), "verifier.question"
    ),
    "Review": "verifier.review.model",
    "render_review": "verifier.review.formats",
    **dict.fromkeys(
        ("Answer", "Barrier", "Cause", "Dependence", "Hop", "Verdict", "Way"), "verifier.verdict"
    ),
}

__all__ = [
    "POINTS",
    "Access",
    "AccessChange",
    "Answer",
    "Barrier",
    "Cause",
    "Change",
    "Checked",
    "Checks",
    "Comparison",
    "Delegation",
    "Dependence",
    "Direction",
    "DisputedPoint",
    "Edit",
    "EditKind",
    "Explanation",
    "Finding",
    "Findings",
    "Form",
    "Grounds",
    "Hop",
    "InputError",
    "Obligation",
    "PolicyError",
    "Question",
    "QuestionError",
    "Relation",
    "Remedy",
    "ReplayError",
    "Review",
    "Route",
    "RouteKind",
    "Severity",
    "Snapshot",
    "SnapshotComparison",
    "SnapshotError",
    "Status",
    "UndecidedError",
    "Verdict",
    "VerifierError",
    "Way",
    "Who",
    "WhoKind",
    "__version__",
    "baseline_of",
    "compare_policies",
    "render",
    "render_review",
    "write_example",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `verifier --help` needs no solver."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    """List the public names, imported already or not, for completion."""
    return sorted(__all__)
