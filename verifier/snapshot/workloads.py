"""What AWS runs with roles: functions, instances, stacks, tasks, as the AWS CLI prints them.

The plain form is a resource with its `Role`, the ARN of a role or of an instance profile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from verifier.policy.reading import Location
from verifier.snapshot.building import Building
from verifier.snapshot.model import Workload

_LISTS = {
    "Functions": ("FunctionArn", "Role"),
    "Stacks": ("StackId", "RoleARN"),
    "projects": ("arn", "serviceRole"),
}
"""Members that hold a list of workloads, each with the names of its ARN and of its role."""

_SINGLE = {
    "taskDefinition": ("taskDefinitionArn", "taskRoleArn"),
    "Service": ("ServiceArn", "InstanceConfiguration.InstanceRoleArn"),
    "association": ("associationArn", "roleArn"),
    "": ("NotebookInstanceArn", "RoleArn"),
}
"""Members that hold one workload; without a name the object itself is one."""

_INSTANCES = "Reservations"
_PARTS_OF_AN_ARN = 6


def recognises(value: Any) -> bool:
    """Return whether `value` looks like what the AWS CLI prints of workloads."""
    if not isinstance(value, dict):
        return False
    if any(isinstance(value.get(name), list) for name in (*_LISTS, _INSTANCES)):
        return True
    return any(arn in _single(value, name) for name, (arn, _) in _SINGLE.items())


def _single(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name) if name else value
    return found if isinstance(found, dict) else {}


def add(value: dict[str, Any], location: Location, building: Building) -> None:
    """Read a file of workloads; those without a role run as nobody and are left out."""
    for arn, role, at in _listed(value, location):
        if isinstance(arn, str) and isinstance(role, str) and role:
            add_one(arn, role, at, building)


def add_one(arn: str, role: str, location: Location, building: Building) -> None:
    """Add one workload; `role` may be an instance profile (see `resolve_profiles`)."""
    parts = arn.split(":", _PARTS_OF_AN_ARN - 1)
    if len(parts) < _PARTS_OF_AN_ARN or role.count(":") < _PARTS_OF_AN_ARN - 1:
        building.remark(f"`{arn}` runs with `{role}`: these are no ARNs; it is not read", location)
        return
    account = role.split(":")[4]
    building.accounts.setdefault(account, None)
    building.add(building.workloads, Workload(arn, account, role, location), "workload")


def resolve_profiles(building: Building) -> None:
    """Put the role of each instance profile in its place; a profile without a role is named."""
    roles: dict[str, str] = {}
    for role in building.roles.values():
        roles.update(dict.fromkeys(role.profiles or (), role.arn))
    for arn, workload in list(building.workloads.items()):
        if ":instance-profile/" not in workload.role:
            continue
        arn_of_role = roles.get(workload.role)
        if arn_of_role is None:
            building.remark(
                f"`{arn}` runs with `{workload.role}`, which no role of the snapshot is in",
                workload.location,
            )
            del building.workloads[arn]
        else:
            building.workloads[arn] = replace(workload, role=arn_of_role)


def _listed(value: dict[str, Any], location: Location) -> Iterator[tuple[Any, Any, Location]]:
    for name, (arn, role) in _LISTS.items():
        for index, item in enumerate(value.get(name) or ()):
            if isinstance(item, dict):
                yield item.get(arn), _member(item, role), location.at(name, index)
    for name, (arn, role) in _SINGLE.items():
        item = _single(value, name)
        if arn in item:
            yield item[arn], _member(item, role), location.at(name) if name else location
    for index, reservation in enumerate(value.get(_INSTANCES) or ()):
        yield from _instances(reservation, location.at(_INSTANCES, index))


def _member(item: dict[str, Any], path: str) -> Any:
    """Return the member that a path with dots leads to."""
    found: Any = item
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _instances(reservation: Any, location: Location) -> Iterator[tuple[Any, Any, Location]]:
    """Yield the instances of a reservation, whose ARNs have to be put together."""
    listed = reservation.get("Instances") if isinstance(reservation, dict) else None
    for index, instance in enumerate(listed or ()):
        profile = _member(instance, "IamInstanceProfile.Arn")
        zone = _member(instance, "Placement.AvailabilityZone")
        if isinstance(profile, str) and isinstance(zone, str) and profile.count(":") > 4:
            partition, account = profile.split(":")[1], profile.split(":")[4]
            region = zone.rstrip("abcdefghijklmnopqrstuvwxyz")
            name = f"instance/{instance.get('InstanceId')}"
            arn = f"arn:{partition}:ec2:{region}:{account}:{name}"
            yield arn, profile, location.at("Instances", index)
