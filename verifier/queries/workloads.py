"""What AWS runs with a role, as callers: functions, instances, tasks (R7.1, R7.54)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from iam_smt.credentials import Chain
from iam_smt.principals import Kind
from verifier.compile.callers import running_session
from verifier.compile.strangers import named_caller
from verifier.queries.closure import possible
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.snapshot.model import Role, Workload

_PRINCIPALS = {
    "apprunner": "tasks.apprunner",
    "ecs": "ecs-tasks",
    "eks": "pods.eks",
}
"""The names of the services that run with a role, where the ARNs of their resources differ."""


def service_of(workload: Workload) -> str:
    """Return the service that assumes the role of a workload."""
    service = workload.arn.split(":")[2]
    return f"{_PRINCIPALS.get(service, service)}.amazonaws.com"


def workload(world: World, item: Workload) -> Origin:
    """The session that AWS makes of its role for a workload: none if the role does not trust the
    service, or is not there.
    """
    role = world.snapshot.role(item.role)
    if role is None or not _runs(world, role, service_of(item)):
        return Origin(item.arn, ())
    make = partial(
        running_session,
        world.snapshot,
        role,
        item.arn,
        service_of(item),
        _session_name(item.arn),
        role.name,
    )
    start = Start(Kind.ROLE_SESSION, make, partial(world.trusts.of_role, role))
    return Origin(item.arn, (start,))


def workloads(world: World) -> Iterator[Workload]:
    """Yield the workloads of a snapshot that run with a role of it."""
    for item in world.snapshot.workloads.values():
        if world.snapshot.role(item.role) is not None:
            yield item


def _runs(world: World, role: Role, service: str) -> bool:
    chain = Chain()
    caller = named_caller(Kind.SERVICE, service, role.arn.split(":")[1], service, chain)
    return possible(world, Path(world, caller, chain).assume(role), set())


def _session_name(arn: str) -> str:
    """Return what the session is called: by the function or instance (R7.1), else that is open."""
    parts = arn.split(":")
    match parts[2]:
        case "lambda":
            return parts[6] if len(parts) > 6 else ""
        case "ec2":
            return parts[5].partition("/")[2]
    return ""
