"""A snapshot made ready for questions: indexed once, shared by all of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType

from iam_smt.assume_role import AssumeRoleKeys
from iam_smt.credentials import Chain
from iam_smt.keys import Key
from iam_smt.smtlib import smtlib
from iam_smt.terms import Term, conjunction
from iam_smt.theory import Solver, Unsat
from verifier.compile.callers import Caller, open_session
from verifier.compile.calls import Call
from verifier.compile.foreign_keys import OfCall
from verifier.compile.targets import Target
from verifier.disputes import Readings, differing
from verifier.policy.principals import ServiceEntry
from verifier.policy.syntax import Effect
from verifier.queries.limits import Limits
from verifier.queries.precedents import Precedents
from verifier.queries.trusts import TrustIndex
from verifier.snapshot.model import Role, Snapshot

_SERVICE_NAMES = ("aws:principalservicename", "aws:principalservicenameslist")


@dataclass
class World:
    """A snapshot with a solver and what has been found out about it; `readings` are those of the
    snapshot, and note which disputed points were met.
    """

    snapshot: Snapshot
    solver: Solver = field(default_factory=Solver)
    limits: Limits = field(default_factory=Limits)
    readings: Readings = None  # type: ignore[assignment]
    targets: dict[Hashable, list[Target]] = field(default_factory=dict, init=False)
    """What actions may be called on, as `goals` has found it."""

    _refuted: dict[bytes, bool] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.readings is None:
            self.readings = Readings(self.snapshot.readings)

    def under(self, readings: Readings) -> World:
        """Return the same with other readings of disputed points."""
        solver = self.solver
        if solver.refuted is not None:
            solver = replace(solver, under=differing(self.readings, readings))
        return World(replace(self.snapshot, readings=readings.chosen), solver, self.limits)

    @cached_property
    def not_before(self) -> Fraction:
        """The start of the snapshot's day in seconds since 1970: no request is made earlier."""
        start = datetime.combine(self.snapshot.as_of, time(), UTC)
        return Fraction(int(start.timestamp()))

    @cached_property
    def trusts(self) -> TrustIndex:
        """The roles by who their trust policies name."""
        return TrustIndex(self.snapshot)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The services that a trust policy or the policy of a resource lets in, by name, or that a
        condition of one names.
        """
        guards = [role.trust for role in self.snapshot.roles()]
        guards += [item.policy for item in self.snapshot.resources.values() if item.policy]
        found = {
            entry.text
            for policy in guards
            for statement in policy.statements
            if statement.effect is Effect.ALLOW and statement.principal
            for entry in statement.principal.entries
            if isinstance(entry, ServiceEntry)
        }
        found |= {
            value.text
            for policy in guards
            for statement in policy.statements
            for condition in statement.conditions
            if condition.key in _SERVICE_NAMES
            for value in condition.values
            if not set(value.text) & set("*?$")
        }
        return tuple(sorted(found))

    @cached_property
    def precedents(self) -> Precedents:
        """The direct calls that were confirmed so far."""
        return Precedents(self.snapshot)

    def is_refuted(self, *terms: Term) -> bool:
        """Return whether `terms` were shown to have no model together.

        Questions that read the same but for the names of their variables are solved once.
        """
        question = conjunction(terms)
        text = sha256(smtlib(question).encode()).digest()
        if text not in self._refuted:
            self._refuted[text] = isinstance(self.solver.solve(question), Unsat)
        return self._refuted[text]

    def call(
        self,
        label: str,
        caller: Caller,
        action: str,
        target: Target,
        assume: AssumeRoleKeys | None = None,
        given: Mapping[str, Key] = MappingProxyType({}),
        of_call: OfCall | None = None,
    ) -> Call:
        """Return a call of `action`; see `Call` for `assume`, `given` and `of_call`."""
        return Call(
            label,
            caller,
            action,
            target,
            self.not_before,
            assume,
            self.snapshot.endpoints,
            given=given,
            readings=self.readings,
            of_call=of_call,
        )

    def open_session(
        self, role: Role, label: str, chain: Chain, *, by_service: bool = False
    ) -> Caller:
        """Return a session of `role` of which nothing is known but what the role fixes."""
        return open_session(self.snapshot, role, label, chain, by_service=by_service)
