"""An attacker without a solver who changes permissions: tries calls on the evaluator, in any order.

What calls leave behind is written into the documents of the account, which are then read again: the
attacker shares no idea of changed permissions with what is tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.escalation.accounts import BUCKET, A, Document, iam
from tests.escalation.calls import Call, Keys, Part, calls, entity_of, policy_of
from tests.test_snapshot import write
from verifier.compile.callers import scps
from verifier.policy.attached import ApplicablePolicies
from verifier.request import Principal, Request, context
from verifier.semantics.authorize import authorize
from verifier.semantics.contexts import impossible
from verifier.snapshot.load import load
from verifier.snapshot.model import Snapshot

EVE = iam("user/eve")


@dataclass
class Tinkerer:
    """Walks from `eve`: one allowed call after the other, at random."""

    files: dict[str, Any]
    folder: Path
    random: Random
    snapshot: Snapshot = field(init=False)
    account: Document = field(init=False)
    acts_as: dict[str, Keys] = field(init=False)

    def walk(self, length: int) -> None:
        """Make up to so many calls that change something; stop where nothing new is allowed."""
        self.account = deepcopy(self.files["account.json"])
        self._read()
        self.acts_as = {EVE: {}}
        for _ in range(length):
            if not self._step():
                return

    @property
    def administers(self) -> bool:
        """Whether the attacker acts as an administrator."""
        return any(self._is_administrator(arn) for arn in self.acts_as)

    @property
    def deletes(self) -> bool:
        """Whether the attacker may delete the bucket."""
        return any(
            self._allowed(arn, ("s3:DeleteBucket", BUCKET, {}), keys)
            for arn, keys in self._callers()
        )

    def _read(self) -> None:
        write(self.folder, {**self.files, "account.json": self.account})
        self.snapshot = load(self.folder)

    def _step(self) -> bool:
        moves = [(caller, call) for caller in self._callers() for call in calls(self.account)]
        self.random.shuffle(moves)
        return any(self._made(*caller, call) for caller, call in moves)

    def _callers(self) -> Iterator[tuple[str, Keys]]:
        """Yield each principal that the attacker acts as, with MFA where that can be."""
        for arn, keys in self.acts_as.items():
            yield arn, keys
            if arn == EVE:
                yield arn, {**keys, "aws:MultiFactorAuthPresent": ["true"]}

    def _made(self, caller: str, keys: Keys, call: Call) -> bool:
        if not all(self._allowed(caller, part, keys) for part in call.parts):
            return False
        if call.service and not self._runs(call):
            return False
        if call.change is None:
            now = self._tags(call.takes, "aws:PrincipalTag")
            news = self.acts_as.get(call.takes) != now
            self.acts_as[call.takes] = now
            return news
        before = json.dumps(self.account)
        call.change(self.account)
        if json.dumps(self.account) == before:
            return False
        self._read()
        return True

    def _allowed(self, caller: str, part: Part, keys: Keys) -> bool:
        action, resource, more = part
        entity = self.snapshot.user(caller) or self.snapshot.role(caller)
        if entity is None:
            return False
        name = caller
        if ":role/" in caller:
            name = caller.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/x"
        else:
            own = self._tags(caller, "aws:PrincipalTag")
            more = {**own, **more, "aws:username": [caller.rpartition("/")[2]]}
        tags = self._tags(resource, "aws:ResourceTag", "iam:ResourceTag")
        shown = context({**more, **keys, "aws:PrincipalArn": [caller], **tags})
        request = Request(Principal.parse(name), action, resource, A, shown)
        guard = self.snapshot.role(resource)
        policies = ApplicablePolicies(
            identity=entity.policies,
            boundary=(entity.boundary,) if entity.boundary else (),
            scps=scps(self.snapshot, A),
            resource=guard.trust if guard and action == "sts:AssumeRole" else None,
        )
        return not impossible(request) and authorize(request, policies).allowed

    def _runs(self, call: Call) -> bool:
        """Return whether the role that is passed trusts the service."""
        role = self.snapshot.role(call.takes)
        service = Principal.parse(call.service)
        request = Request(service, "sts:AssumeRole", call.takes, A, context({}))
        trusted = role and ApplicablePolicies(resource=role.trust)
        return trusted is not None and authorize(request, trusted).allowed

    def _tags(self, arn: str, *kinds: str) -> Keys:
        tags = entity_of(self.account, arn).get("Tags", [])
        return {f"{kind}/{tag['Key']}": [tag["Value"]] for tag in tags for kind in kinds}

    def _is_administrator(self, arn: str) -> bool:
        entity = entity_of(self.account, arn)
        boundary = (entity.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        return _all_allowed(self._documents(entity)) and (
            not boundary or _all_allowed([self._document(boundary)])
        )

    def _documents(self, entity: Document) -> list[Document]:
        lists = (entity.get(f"{kind}PolicyList", []) for kind in ("User", "Group", "Role"))
        found = [each["PolicyDocument"] for inline in lists for each in inline]
        found += [self._document(link["PolicyArn"]) for link in entity["AttachedManagedPolicies"]]
        for name in entity.get("GroupList", []):
            found += self._documents(entity_of(self.account, iam(f"group/{name}")))
        return found

    def _document(self, arn: str) -> Document:
        versions = policy_of(self.account, arn)["PolicyVersionList"]
        found: Document = next(each["Document"] for each in versions if each["IsDefaultVersion"])
        return found


def _all_allowed(documents: Sequence[Document]) -> bool:
    statements = [statement for each in documents for statement in each["Statement"]]
    return any(
        each["Effect"] == "Allow" and each["Action"] == "*" and not each.get("Condition")
        for each in statements
        if each["Resource"] == "*"
    ) and all(each["Effect"] == "Allow" for each in statements)
