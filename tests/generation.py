"""Random policies of every kind, and requests near their patterns.

Written over `random.Random`, so that hypothesis can drive it (and shrink), and a plain seed can.
Values come from small vocabularies, and requests mostly take up who and what the policies name:
what matters is that both meet. Half of the conditions are as real policies have them, the other
half any.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.casefiles import applicable
from tests.vocabulary import (
    ACL_GROUPS,
    ACTIONS,
    ANONYMOUS,
    BLOCKS,
    BY_PROVIDER,
    CANONICAL_IDS,
    COMMON,
    ENTRIES,
    EVERY_KIND,
    GRANTEES,
    KEYS,
    OFTEN,
    PRINCIPALS,
    UNSIGNED,
    VARIABLES,
    WEIGHTS,
    A,
    B,
    entries_for,
    kinds_of,
    weight_of,
)
from verifier.disputed_points import POINTS
from verifier.disputes import Readings
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.operators import OPERATORS
from verifier.request import Principal, Request, context

REQUESTS = 20
"""How many requests are tried on each set of policies."""

_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_WITH_ACLS = [
    ["arn:aws:s3:::data"],
    ["arn:aws:s3:::data/a/b.txt"],
    ["arn:aws:s3:::data", "arn:aws:s3:::data/a/b.txt"],
]
_BY_VARIABLES = ["aws:username", "aws:PrincipalTag/team", "aws:ResourceTag/team", "aws:TagKeys"]


class Generator:
    """Makes policies and requests out of the choices of `random`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._focus = "s3:GetObject"
        self._cast = COMMON
        self._mentioned: dict[str, list[str]] = {key: [] for key in _BY_VARIABLES}

    def _chance(self, one_in: int) -> bool:
        return self._random.randrange(one_in) == 0

    def _one(self, items: list[Any]) -> Any:
        return items[self._random.randrange(len(items))]

    def pattern(self, text: str) -> str:
        """Return a pattern that `text` may or may not match."""
        for _ in range(self._one([0, 0, 1, 2])):
            start = self._random.randrange(len(text) + 1)
            end = min(len(text), start + self._random.randrange(4))
            text = text[:start] + self._one(["*", "?", "", "**", "*?"]) + text[end:]
        return text

    def _listed(self, make: Any) -> Any:
        count = self._one([1, 1, 1, 2, 3, 0])
        if count == 1:
            return make()
        return [make() for _ in range(count)] if count else self._one([[make()], [make()], []])

    def _action(self) -> str:
        if self._chance(4):
            return str(self._one(["*", "s3:*", "*:*", "s?:Get*", "GetObject", "s3*", "sts:*"]))
        focused = not self._chance(3)
        return self.pattern(self._focus if focused else self._one(list(ACTIONS)))

    def _resource(self) -> str:
        if self._chance(2):
            return "*"
        focused = not self._chance(3)
        near = ACTIONS[self._focus] if focused else self._one(list(ACTIONS.values()))
        text = self.pattern(self._one(near))
        return text + self._one(VARIABLES) if self._chance(6) else text

    def condition(self, *, guarding: bool = False) -> dict[str, Any]:
        """Return a Condition element; those of policies that guard are of another kind."""
        weights = WEIGHTS["guarding" if guarding else "granting"]
        if self._random.randrange(100) >= weights["conditions per 100 statements"]:
            return {}
        found: dict[str, Any] = {}
        for _ in range(int(self._weighted(weights["entries"]))):
            if self._chance(2):
                operator, kinds = self._any_operator()
                usage: dict[str, int] = {}
            else:
                operator = self._weighted(weights["operators"])
                kinds, usage = self._kinds_of(operator), weights["keys"]
            if self._chance(12):
                kinds = EVERY_KIND
            key = self._weighted(
                {key: weight_of(key, usage) for key, (kind, _) in KEYS.items() if kind in kinds}
            )
            named = self._mentioned.setdefault(key, [])
            spelled = key.upper() if self._chance(12) else key
            kind, values = KEYS[key]
            null = operator.endswith("Null")
            found.setdefault(operator, {})[spelled] = self._values(kind, null, values, named)
        return _without_repeated_keys(found)

    def _any_operator(self) -> tuple[str, tuple[str, ...]]:
        """Return any operator, now and then one that is not, with the kinds of its keys."""
        operator = str(self._one([*OPERATORS, "StringMatch"]))
        kinds = kinds_of(operator)
        if self._chance(4):
            kinds = ("texts",) if self._chance(2) else kinds
            return self._one(["ForAllValues:", "ForAnyValue:"]) + self._lenient(operator), kinds
        return self._lenient(operator), kinds

    def _lenient(self, operator: str) -> str:
        return operator + "IfExists" if self._chance(4) and operator != "Null" else operator

    def _kinds_of(self, operator: str) -> tuple[str, ...]:
        quantifier, _, plain = operator.rpartition(":")
        return ("texts",) if quantifier and not self._chance(4) else kinds_of(plain)

    def _weighted(self, counts: dict[str, int]) -> str:
        place = self._random.randrange(sum(counts.values()))
        for item, count in counts.items():
            place -= count
            if place < 0:
                return item
        raise AssertionError("counts are positive")

    def _values(self, kind: str, null: bool, values: list[str], named: list[str]) -> Any:
        """Return what a policy says of a key; `named` takes down the values that it is about."""
        if null:
            return self._one(["true", "false", True, ["true", "false"], "x", []])

        def value() -> str:
            text = str(self._one(values))
            named.append(text)
            if kind in ("text", "arn", "texts", "address", "boolean") and self._chance(6):
                return str(self._one(VARIABLES))
            if kind == "address" and self._chance(2):
                return str(self._one(BLOCKS))
            return self.pattern(text) if kind in ("text", "arn", "texts") else text

        return self._listed(value)

    def statement(self, *, principal: bool, resource: bool, effect: str | None = None) -> Any:
        """Return a statement; `principal` and `resource` say whether it has these elements."""
        effect = effect or self._one(["Allow"] * 5 + ["Deny"])
        found: dict[str, Any] = {"Effect": effect}
        found[self._one(["Action"] * 5 + ["NotAction"])] = self._listed(self._action)
        if resource:
            name = self._one(["Resource"] * 5 + ["NotResource"])
            found[name] = self._listed(self._resource)
        if principal:
            name = self._one(["Principal"] * 5 + ["NotPrincipal"])
            someone = self._one(ENTRIES if self._chance(3) else entries_for(self._one(self._cast)))
            found[name] = someone
        condition = self.condition(guarding=effect == "Deny")
        if condition:
            found["Condition"] = condition
        return found

    def policy(self, *, principal: bool = False, resource: bool = True, broad: bool = False) -> Any:
        """Return a policy document of up to three statements; of a `broad` one, one allows all."""
        count = 1 + self._random.randrange(3)
        statements = [self.statement(principal=principal, resource=resource) for _ in range(count)]
        if broad:
            everyone = {"Principal": "*"} if principal else {}
            statements[0] = {**_EVERYTHING, **everyone}
            if not resource:
                del statements[0]["Resource"]
        document: dict[str, Any] = {"Statement": self._one([statements, statements[0]])}
        version = self._one(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None])
        if version:
            document["Version"] = version
        return document

    def _organization_policy(self) -> Any:
        return {**self.policy(), "Version": "2012-10-17"}

    def _rcp(self) -> Any:
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": self._one([["s3:*", "sts:*"], "s3:Get*", "kms:*", "sns:*"]),
            "Resource": self._one(["*", "arn:aws:s3:::data/*"]),
            "Condition": self.condition(guarding=True),
        }
        return {"Version": "2012-10-17", "Statement": statement}

    def _levels(self, make: Any) -> list[list[Any]]:
        full = {"Version": "2012-10-17", "Statement": _EVERYTHING}
        found = []
        for _ in range(1 + self._random.randrange(2)):
            level = [make() for _ in range(1 + self._random.randrange(2))]
            if make == self._organization_policy and not self._chance(5):
                level.append(full)
            found.append(level)
        return found

    def policies(self, action: str) -> dict[str, Any]:
        """Return the policies that bear on a request for `action`, as a case has them."""
        count = self._one([0, 1, 1, 2, 2, 3])
        found: dict[str, Any] = {
            "identity": [
                None if self._chance(40) else self.policy(broad=self._chance(3))
                for _ in range(count)
            ]
        }
        trust = action.startswith("sts:AssumeRole")
        if trust or not self._chance(3):
            document = self.policy(principal=True, resource=not trust, broad=self._chance(6))
            found["resource"] = _as_trust(document) if trust else document
            if self._chance(60):
                found["resource"] = None
        if self._chance(4):
            found["boundary"] = [self.policy(broad=self._chance(2))]
        if self._chance(4):
            found["session"] = self.policy(broad=self._chance(2))
        if self._chance(4):
            found["scps"] = self._levels(self._organization_policy)
        if self._chance(4):
            found["rcps"] = self._levels(self._rcp)
        if self._chance(8):
            found["endpoint"] = self.policy(principal=True, broad=self._chance(2))
        if action.startswith("kms:") and self._chance(2):
            found["grants"] = [self._grant() for _ in range(1 + self._random.randrange(2))]
        if action.startswith("s3:") and self._chance(4):
            found["acls"] = {arn: self._acl() for arn in self._one(_WITH_ACLS)}
            found["public_acls"] = self._one(["ignored", "count", "count"])
        return found

    def _acl(self) -> dict[str, Any]:
        """Return an ACL as `aws s3api get-bucket-acl` prints it."""
        people = [{"Type": "CanonicalUser", "ID": text} for text in CANONICAL_IDS]
        groups = [{"Type": "Group", "URI": text} for text in ACL_GROUPS]
        permissions = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"]
        grants = [
            {"Grantee": self._one([*people, *groups]), "Permission": self._one(permissions)}
            for _ in range(self._random.randrange(3))
        ]
        return {"Owner": {"ID": CANONICAL_IDS[0]}, "Grants": grants}

    def _grant(self) -> dict[str, Any]:
        """Return a grant of a KMS key as `aws kms list-grants` prints it."""
        operations = self._one([["Decrypt"], ["Decrypt", "RetireGrant"], ["Encrypt"], ["Sign"]])
        found: dict[str, Any] = {"GrantId": "g", "Operations": operations}
        found["GranteePrincipal"] = self._one(GRANTEES)
        kind = self._one([None, None, "EncryptionContextSubset", "EncryptionContextEquals"])
        if kind:
            for key in ("kms:EncryptionContext:dept", "kms:EncryptionContextKeys"):
                self._mentioned.setdefault(key, [])
            found["Constraints"] = {kind: {"Dept": self._one(["IT", "*"])}}
        return found

    def readings(self) -> Readings:
        """Return readings of the disputed points: all by default, or any."""
        if self._chance(2):
            return Readings()
        chosen = {point.id: self._one(list(point.readings)) for point in POINTS.values()}
        return Readings(chosen)

    def case(self) -> tuple[dict[str, Any], str]:
        """Return policies with the action that they are about."""
        self._focus = str(self._one(list(ACTIONS) if self._chance(2) else OFTEN))
        common = [BY_PROVIDER[self._focus]] if self._focus in BY_PROVIDER else COMMON
        self._cast = [self._one(PRINCIPALS if self._chance(3) else common) for _ in range(3)]
        if ANONYMOUS in self._cast:
            self._focus = str(self._one(UNSIGNED))
        return self.policies(self._focus), self._focus

    def request(self, action: str) -> Request:
        """Return a request for `action` by anyone, in any context of the keys that the policies
        made so far mention.
        """
        principal: Principal = self._one(PRINCIPALS if self._chance(4) else self._cast)
        resource = str(self._one(ACTIONS[action])).replace("${aws:username}", "alice")
        keys: dict[str, list[str]] = {}
        for key, named in self._mentioned.items():
            if self._chance(4):
                continue
            kind, values = KEYS[key]
            several = kind == "texts" or self._chance(25)
            count = self._random.randrange(3) if several else 1
            near = values if self._chance(3) else [*named, *values[:1]]
            keys[key] = list(dict.fromkeys(self._one(near) for _ in range(count)))
        if principal.arn is not None and self._chance(2):
            keys["aws:PrincipalArn"] = [principal.arn]
        owner = self._one([A, A, B]) if resource.startswith("arn:aws:s3") else A
        if resource == "*":
            owner = principal.account
        spelled = action.upper() if self._chance(30) else action
        return Request(principal, spelled, resource, owner, context(keys))


def _without_repeated_keys(condition: dict[str, Any]) -> dict[str, Any]:
    """Drop keys of an operator that differ only in case, which no policy may have (R1.22)."""
    return {
        operator: {key: keys[key] for key in {name.lower(): name for name in keys}.values()}
        for operator, keys in condition.items()
    }


def _as_trust(document: dict[str, Any]) -> dict[str, Any]:
    """Replace what a trust policy may not have (R1.14)."""
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if "NotPrincipal" in statement:
            statement["Principal"] = statement.pop("NotPrincipal")
    return document


def bearing(policies: dict[str, Any], action: str) -> ApplicablePolicies:
    """Return generated policies as the readings take them."""
    return applicable(policies, action)
