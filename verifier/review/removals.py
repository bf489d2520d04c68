"""What closes a path: the statements without which it is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from verifier.finding import Closing
from verifier.snapshot.model import Snapshot
from verifier.verdict import Cause, Verdict, Way

_MOST_STATEMENTS = 6
_MOST_ASKED = 20_000


class Removals:
    """Says what to remove from the policies of a snapshot; `asked` is of how many callers it is
    asked again what closes their ways: the fewer the more principals there are.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        principals = sum(1 for _ in snapshot.users()) + sum(1 for _ in snapshot.roles())
        self.asked = _MOST_ASKED // max(principals, 1)

    @cached_property
    def _of_aws(self) -> frozenset[str]:
        """The titles of policies that AWS manages, which nobody can edit."""
        policies = self._snapshot.policies.values()
        return frozenset(item.attached.title for item in policies if ":iam::aws:" in item.arn)

    def of(self, way: Way) -> Iterator[Closing]:
        """Yield the sets of statements to remove so that a yes is a no, each asked about again;
        where that was not asked, the statements that allow the last request.
        """
        for causes in way.closes:
            yield Closing(self._removal(causes), Verdict.NO)
        if way.verdict is Verdict.YES and not way.closes and way.witness:
            written = [cause for cause in way.witness[-1].by if cause.place]
            for cause in written[:_MOST_STATEMENTS]:
                yield Closing(self._removal([cause]))

    def _removal(self, causes: Iterable[Cause]) -> str:
        found: dict[str, list[str]] = {}
        for cause in causes:
            is_fixed = cause.policy in self._of_aws
            verb = "detach AWS" if is_fixed else "remove"
            found.setdefault(verb, []).append(
                _policy_of(cause) if is_fixed else statement_of(cause)
            )
        return " and ".join(f"{verb} {' and '.join(what)}" for verb, what in found.items())


def _policy_of(cause: Cause) -> str:
    return f"{cause.policy} (statement {cause.statement}, {cause.place})"


def statement_of(cause: Cause) -> str:
    """Return a statement in words, with its place."""
    place = f" ({cause.place})" if cause.place else ""
    return f"statement {cause.statement} of {cause.policy}{place}"
