"""Administrator and boundary → whether it can ever exceed it: the whole journey on one page."""

from __future__ import annotations

import time

from iam_smt.theory import Solver
from verifier.delegation import Delegation
from verifier.disputes import Readings
from verifier.errors import QuestionError
from verifier.escalation.cage import Cage, caveats
from verifier.queries.callers import callers
from verifier.queries.world import World
from verifier.question import Who, WhoKind
from verifier.snapshot.model import Role, Snapshot, User

_ASSUMED = (
    "permissions change, and workloads run, by the ways that docs/escalation.md lists",
    "what the administrator makes starts without tags, and in the administrator's account",
)


def delegate(
    snapshot: Snapshot,
    administrator: str,
    boundary: str,
    *,
    timeout: float | None = None,
    readings: Readings | None = None,
) -> Delegation:
    """Check whether an administrator, a user or role by its ARN, can ever exceed a boundary, the
    ARN of a managed policy (R8.90).

    `timeout` is in seconds for each question that the solver is asked. Raises `QuestionError` if
    one of them is not in the snapshot.
    """
    started = time.perf_counter()
    world = World(snapshot, Solver(timeout), readings=readings or Readings())
    who = snapshot.user(administrator) or snapshot.role(administrator)
    if who is None:
        list(callers(world, Who(WhoKind.PRINCIPAL, (administrator,))))
        raise QuestionError(f"`{administrator}` is no user and no role of this snapshot")
    if boundary not in snapshot.policies:
        bounded: list[User | Role] = [*snapshot.users(), *snapshot.roles()]
        if boundary not in {item.boundary.arn for item in bounded if item.boundary}:
            raise QuestionError(f"`{boundary}` is no managed policy of this snapshot")
    return Delegation(
        administrator,
        boundary,
        tuple(Cage(world, who, boundary).obligations()),
        tuple(caveats(snapshot, who.account)),
        _ASSUMED,
        time.perf_counter() - started,
    )
