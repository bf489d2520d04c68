"""An attacker without a solver: tries random requests on the evaluator and keeps what succeeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.estates import BUCKET, ISSUER, MOMENTS, ORGANIZATION, OUTSIDE, PROVIDER
from verifier import facts
from verifier.compile.standing import rcps, scps
from verifier.compile.strangers import ASSUMED
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.request import Principal, PrincipalType, Request, context
from verifier.semantics.authorize import authorize
from verifier.semantics.contexts import impossible
from verifier.semantics.sessions import Session, assume, contradictions, shown_tags
from verifier.snapshot.model import Role, Snapshot

Keys = dict[str, list[str]]

_NAMES = ["deploy", "audit", "other"]
_SUBJECTS = ["repo:acme/app:ref:x", "repo:acme/site:ref:x", "repo:evil/app:ref:x"]
_TAGS = ["team", "cost"]
_COLOURS = ["red", "blue", "green"]
_PRINCIPALS = {
    "outside": [
        f"arn:aws:iam::{OUTSIDE}:user/eve",
        f"arn:aws:iam::{OUTSIDE}:user/mallory",
        "arn:aws:iam::888888888888:user/eve",
        f"arn:aws:sts::{OUTSIDE}:assumed-role/r/deploy",
    ],
    "federated": [PROVIDER],
    "service": ["ec2.amazonaws.com", facts.ROLES_ANYWHERE],
}
"""The classes of callers, each with some of them."""


@dataclass
class Walker:
    """Someone on the way: who it is now, under which policies, with which keys, and when."""

    caller: Principal
    policies: ApplicablePolicies
    keys: Keys
    now: datetime
    session: Session | None = None
    done: list[Request] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)


class Wanderer:
    """Walks an estate from callers of a class, one random request after the other."""

    def __init__(self, snapshot: Snapshot, random: Random, who: str = "outside") -> None:
        self._snapshot = snapshot
        self._random = random
        self._who = who
        self.reached: set[str] = set()

    def _one(self, items: list[Any]) -> Any:
        return items[self._random.randrange(len(items))]

    def _chance(self) -> bool:
        return self._random.randrange(2) == 0

    def reaches_bucket(self, walks: int, length: int = 4) -> list[Request] | None:
        """Return the requests of a walk that deletes the bucket, None if no walk did.

        `reached` has the roles that some walk has become.
        """
        found = None
        for _ in range(walks):
            found = self._walk(length) or found
        return found

    def _walk(self, length: int) -> list[Request] | None:
        caller = Principal.parse(self._one(_PRINCIPALS[self._who]))
        identity = (ASSUMED,) if caller.account else ()
        start = datetime.fromisoformat(MOMENTS[0]) - timedelta(minutes=self._one([0, 10, 50]))
        keys = self._outside_keys(caller)
        walker = Walker(caller, ApplicablePolicies(identity=identity), keys, start)
        for _ in range(length):
            resource = self._snapshot.resources[BUCKET]
            goal = self._request(walker, "s3:DeleteBucket", BUCKET, resource.account, walker.keys)
            if self._allowed(goal, walker.policies, resource.policy, walker.session):
                return [*walker.done, goal]
            if not self._step(walker):
                return None
        return None

    def _outside_keys(self, caller: Principal) -> Keys:
        match caller.kind:
            case PrincipalType.OIDC:
                claims = {f"{ISSUER}:sub": [self._one(_SUBJECTS)], f"{ISSUER}:aud": ["sts"]}
                return {**claims, "aws:FederatedProvider": [PROVIDER]}
            case PrincipalType.SERVICE:
                return {}
        keys: Keys = {"aws:userid": ["AIDAX"], "aws:PrincipalArn": [caller.arn or ""]}
        if self._chance():
            keys["aws:PrincipalOrgID"] = [self._one(["o-bbbbbbbbbb", "o-cccccccccc"])]
        for name in _TAGS:
            if self._chance():
                keys[f"aws:PrincipalTag/{name}"] = [self._one(_COLOURS)]
        if self._chance():
            keys["aws:MultiFactorAuthPresent"] = [self._one(["true", "false"])]
            if keys["aws:MultiFactorAuthPresent"] == ["true"]:
                keys["aws:MultiFactorAuthAge"] = [self._one(["10", "70", "500"])]
        if caller.kind is PrincipalType.ROLE_SESSION:
            keys["aws:userid"] = [f"AROAX:{caller.session_name}"]
            if self._chance():
                keys["aws:SourceIdentity"] = [self._one(["alice", "bob"])]
        return keys

    def _session_keys(self, role: Role, session: Session) -> Keys:
        keys: Keys = {key: list(values) for key, values in session.claims.items()}
        for name in (*_TAGS, "x509Subject/CN"):
            values = session.tag_values(name.lower())
            if values:
                keys[f"aws:PrincipalTag/{name}"] = [values[0]]
        if session.source_identity:
            keys["aws:SourceIdentity"] = [session.source_identity]
        if session.mfa:
            keys["aws:MultiFactorAuthPresent"] = ["true"]
            keys["aws:MultiFactorAuthAge"] = [str(session.mfa_age or 0)]
        if session.issued is not None:
            keys["aws:TokenIssueTime"] = [str(session.issued)]
        if session.made_by.name == "ec2.amazonaws.com" and self._chance():
            keys["ec2:SourceInstanceArn"] = ["arn:aws:ec2:eu-west-1:111111111111:instance/i-1"]
        keys["aws:userid"] = [f"{role.id}:{session.principal.session_name}"]
        keys["aws:PrincipalArn"] = [role.arn]
        if self._snapshot.organization:
            keys["aws:PrincipalOrgID"] = [ORGANIZATION]
        return keys

    def _request(
        self, walker: Walker, action: str, resource: str, owner: str, keys: Keys
    ) -> Request:
        found = {**keys, "aws:CurrentTime": [walker.now.strftime("%Y-%m-%dT%H:%M:%SZ")]}
        if self._chance() and walker.caller.kind is not PrincipalType.SERVICE:
            found["aws:SourceIp"] = [self._one(["203.0.113.9", "198.51.100.1"])]
        return Request(walker.caller, action, resource, owner, context(found))

    def _step(self, walker: Walker) -> bool:
        """Let the walker become another role; return whether one of some tries did."""
        roles = list(self._snapshot.roles())
        for _ in range(12 if roles else 0):
            role = self._one(roles)
            request = self._assuming(walker, role)
            if not self._call_allowed(request, walker, role):
                continue
            session = assume(request, role.arn, role.tags, walker.session)
            walker.done.append(request)
            walker.session, walker.caller = session, session.principal
            walker.policies = ApplicablePolicies(
                identity=role.policies,
                boundary=(role.boundary,) if role.boundary else (),
                scps=scps(self._snapshot, role.account),
            )
            walker.keys = self._session_keys(role, session)
            walker.now += timedelta(minutes=self._one([0, 1, 40, 300]))
            if walker.now >= datetime.combine(self._snapshot.as_of, datetime.min.time(), UTC):
                self.reached.add(role.arn)
            return True
        return False

    def _assuming(self, walker: Walker, role: Role) -> Request:
        token = walker.caller.kind is PrincipalType.OIDC
        chosen = {**walker.keys, "sts:RoleSessionName": [self._one(_NAMES)]}
        if self._chance() and not token:
            chosen["sts:ExternalId"] = [self._one(["x1", "x2"])]
        chosen |= dict(self._tags(walker))
        if "aws:SourceIdentity" not in chosen and self._chance():
            chosen["sts:SourceIdentity"] = [self._one(["alice", "bob"])]
        for name in _TAGS:
            value = self._shown_tag(walker, role, name)
            if value:
                chosen[f"aws:ResourceTag/{name}"] = [value]
        action = "sts:AssumeRoleWithWebIdentity" if token else "sts:AssumeRole"
        return self._request(walker, action, role.arn, role.account, chosen)

    def _tags(self, walker: Walker) -> Iterator[tuple[str, list[str]]]:
        """Yield the keys of the tags that a call passes."""
        if walker.caller.name == facts.ROLES_ANYWHERE:
            name = self._one(["a", "b"])
            yield "aws:RequestTag/x509Subject/CN", [name]
            yield "aws:PrincipalTag/x509Subject/CN", [name]
            yield "aws:TagKeys", ["x509Subject/CN"]
            yield "sts:SourceIdentity", [name]
            return
        passed = [name for name in _TAGS if self._chance()]
        for name in passed:
            yield f"aws:RequestTag/{name}", [self._one(_COLOURS)]
        if passed:
            yield "aws:TagKeys", passed
            transitive = [name for name in passed if self._chance()]
            if transitive:
                yield "sts:TransitiveTagKeys", transitive

    def _shown_tag(self, walker: Walker, role: Role, name: str) -> str:
        own = (role.tags.get(name) or ("",))[0]
        if walker.session is None:
            carried = walker.keys.get(f"aws:PrincipalTag/{name}", [""])[0]
            is_session = walker.caller.kind is PrincipalType.ROLE_SESSION
            return carried if carried and is_session and self._chance() else own
        return walker.session.inherited.get(name) or own

    def _call_allowed(self, request: Request, walker: Walker, role: Role) -> bool:
        actions = [request.action]
        session = walker.session
        if "aws:tagkeys" in request.context or (session and session.inherited):
            actions.append("sts:TagSession")
        if "sts:sourceidentity" in request.context or "aws:sourceidentity" in request.context:
            actions.append("sts:SetSourceIdentity")
        return not list(shown_tags(session, role.tags, request)) and all(
            self._allowed(replace(request, action=action), walker.policies, role.trust, session)
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
        now = request.context["aws:currenttime"][0]
        if datetime.fromisoformat(now).date() < self._snapshot.as_of:
            return False
        owner = request.resource_account or ""
        bearing = replace(policies, resource=guard, rcps=rcps(self._snapshot, owner))
        return authorize(request, bearing).allowed
