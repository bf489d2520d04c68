"""An attacker without a solver: tries random requests on the evaluator and keeps what succeeds."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from tests.estates import BUCKET, ORGANIZATION, OUTSIDE
from verifier.compile.callers import ASSUMED, scps
from verifier.compile.targets import rcps
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.request import Principal, PrincipalType, Request, context
from verifier.semantics.authorize import authorize
from verifier.semantics.contexts import impossible
from verifier.semantics.sessions import Session, assume, contradictions
from verifier.snapshot.model import Role, Snapshot

_NAMES = ["deploy", "audit", "other"]


class Wanderer:
    """Walks an estate from a caller outside, one random request after the other."""

    def __init__(self, snapshot: Snapshot, random: Random) -> None:
        self._snapshot = snapshot
        self._random = random

    def _one(self, items: list[Any]) -> Any:
        return items[self._random.randrange(len(items))]

    def reaches_bucket(self, walks: int, length: int = 4) -> list[Request] | None:
        """Return the requests of a walk that deletes the bucket, None if no walk did."""
        for _ in range(walks):
            found = self._walk(length)
            if found is not None:
                return found
        return None

    def _walk(self, length: int) -> list[Request] | None:
        session: Session | None = None
        caller = self._outsider()
        policies = ApplicablePolicies(identity=(ASSUMED,))
        keys = self._outside_keys(caller)
        done: list[Request] = []
        for _ in range(length):
            resource = self._snapshot.resources[BUCKET]
            goal = self._request(caller, "s3:DeleteBucket", BUCKET, resource.account, keys, session)
            if self._allowed(goal, policies, resource.policy, session):
                return [*done, goal]
            step = self._assume(caller, policies, keys, session)
            if step is None:
                return None
            request, role = step
            done.append(request)
            session = assume(request, role.arn, role.tags, session)
            caller = session.principal
            policies = ApplicablePolicies(
                identity=role.policies,
                boundary=(role.boundary,) if role.boundary else (),
                scps=scps(self._snapshot, role.account),
            )
            keys = self._session_keys(role, session)
        return None

    def _outsider(self) -> Principal:
        return self._one(
            [
                Principal.parse(f"arn:aws:iam::{OUTSIDE}:user/eve"),
                Principal.parse(f"arn:aws:iam::{OUTSIDE}:user/mallory"),
                Principal.parse("arn:aws:iam::888888888888:user/eve"),
                Principal.parse(f"arn:aws:sts::{OUTSIDE}:assumed-role/r/deploy"),
            ]
        )

    def _outside_keys(self, caller: Principal) -> dict[str, list[str]]:
        keys: dict[str, list[str]] = {"aws:userid": ["AIDAX"]}
        if caller.kind is PrincipalType.ROLE_SESSION:
            keys["aws:userid"] = [f"AROAX:{caller.session_name}"]
        if self._one([True, False]):
            keys["aws:PrincipalOrgID"] = [self._one(["o-bbbbbbbbbb", "o-cccccccccc"])]
        if self._one([True, False]):
            keys["aws:PrincipalTag/team"] = [self._one(["red", "blue", "green"])]
        if self._one([True, False]):
            keys["aws:MultiFactorAuthPresent"] = [self._one(["true", "false"])]
        if caller.kind is PrincipalType.ROLE_SESSION and self._one([True, False]):
            keys["aws:SourceIdentity"] = [self._one(["alice", "bob"])]
        return keys

    def _session_keys(self, role: Role, session: Session) -> dict[str, list[str]]:
        keys: dict[str, list[str]] = {}
        for name in ("team",):
            values = session.tag_values(name)
            if values:
                keys[f"aws:PrincipalTag/{name}"] = [values[0]]
        if session.source_identity:
            keys["aws:SourceIdentity"] = [session.source_identity]
        if session.mfa:
            keys["aws:MultiFactorAuthPresent"] = ["true"]
        keys["aws:userid"] = [f"{role.id}:{session.principal.session_name}"]
        if self._snapshot.organization:
            keys["aws:PrincipalOrgID"] = [ORGANIZATION]
        return keys

    def _request(
        self,
        caller: Principal,
        action: str,
        resource: str,
        owner: str,
        keys: dict[str, list[str]],
        session: Session | None,
    ) -> Request:
        arn = caller.arn or ""
        found = {**keys, "aws:PrincipalArn": [arn]}
        if self._one([True, False]):
            found["aws:SourceIp"] = [self._one(["203.0.113.9", "198.51.100.1"])]
        return Request(caller, action, resource, owner, context(found))

    def _assume(
        self,
        caller: Principal,
        policies: ApplicablePolicies,
        keys: dict[str, list[str]],
        session: Session | None,
    ) -> tuple[Request, Role] | None:
        roles = list(self._snapshot.roles())
        for _ in range(12):
            if not roles:
                return None
            role = self._one(roles)
            chosen = {**keys, "sts:RoleSessionName": [self._one(_NAMES)]}
            if self._one([True, False]):
                chosen["sts:ExternalId"] = [self._one(["x1", "x2"])]
            if self._one([True, False]):
                chosen["aws:RequestTag/team"] = [self._one(["red", "blue"])]
                chosen["aws:TagKeys"] = ["team"]
                if self._one([True, False]):
                    chosen["sts:TransitiveTagKeys"] = ["team"]
            carried = "aws:SourceIdentity" in chosen
            if not carried and self._one([True, False]):
                chosen["sts:SourceIdentity"] = [self._one(["alice", "bob"])]
            inherited = dict(session.inherited) if session else {}
            tag = inherited.get("team") or (role.tags.get("team") or ("",))[0]
            if session is None and caller.kind is PrincipalType.ROLE_SESSION:
                tag = chosen.get("aws:PrincipalTag/team", [tag])[0]
            if tag:
                chosen["aws:ResourceTag/team"] = [tag]
            request = self._request(
                caller, "sts:AssumeRole", role.arn, role.account, chosen, session
            )
            if self._call_allowed(request, policies, role.trust, session):
                return request, role
        return None

    def _call_allowed(
        self,
        request: Request,
        policies: ApplicablePolicies,
        trust: AttachedPolicy,
        session: Session | None,
    ) -> bool:
        actions = ["sts:AssumeRole"]
        if "aws:tagkeys" in request.context:
            actions.append("sts:TagSession")
        if "sts:sourceidentity" in request.context or "aws:sourceidentity" in request.context:
            actions.append("sts:SetSourceIdentity")
        return all(
            self._allowed(replace(request, action=action), policies, trust, session)
            for action in actions
        )

    def _allowed(
        self,
        request: Request,
        policies: ApplicablePolicies,
        guard: AttachedPolicy | None,
        session: Session | None,
    ) -> bool:
        if impossible(request) or (session and list(contradictions(session, request))):
            return False
        owner = request.resource_account or ""
        bearing = replace(policies, resource=guard, rcps=rcps(self._snapshot, owner))
        return authorize(request, bearing).allowed
