"""What only the sessions carry that an AWS service runs: instances, functions, builds (5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from iam_smt.automata import Clause, clause
from iam_smt.context import ACCOUNT, KeyType, free_key
from iam_smt.keys import ABSENT, Key, SingleKey, known
from iam_smt.patterns import ANYTHING, DIGIT, NOT_COLON, Pattern, Run
from iam_smt.terms import TRUE, Flag, Term, both, negation
from iam_smt.texts import StringVariable, View, member

SERVICE_SESSION_KEYS = {
    "aws:ec2instancesourcevpc": KeyType.TEXT,
    "aws:ec2instancesourceprivateipv4": KeyType.ADDRESS,
    "ec2:sourceinstancearn": KeyType.TEXT,
    "ec2:roledelivery": KeyType.NUMBER,
    "lambda:sourcefunctionarn": KeyType.TEXT,
    "ssm:sourceinstancearn": KeyType.TEXT,
    "codebuild:buildarn": KeyType.TEXT,
    "codebuild:projectarn": KeyType.TEXT,
    "glue:roleassumedby": KeyType.TEXT,
    "glue:credentialissuingservice": KeyType.TEXT,
    "identitystore:userid": KeyType.TEXT,
    "aws:chatbotsourcearn": KeyType.TEXT,
}
"""Keys that only sessions run by a service carry (5.1)."""

_ON_INSTANCE = frozenset(
    {
        "aws:ec2instancesourcevpc",
        "aws:ec2instancesourceprivateipv4",
        "ec2:sourceinstancearn",
        "ec2:roledelivery",
    }
)
_OF_ONE_SERVICE = {
    **dict.fromkeys(_ON_INSTANCE, "ec2"),
    "lambda:sourcefunctionarn": "lambda",
    "ssm:sourceinstancearn": "ssm",
    "codebuild:buildarn": "codebuild",
    "codebuild:projectarn": "codebuild",
    "glue:roleassumedby": "glue",
    "glue:credentialissuingservice": "glue",
}
"""The service without which there is no such session; the other keys are of several."""

_NAMED_BY = {
    "ec2": "ec2:sourceinstancearn",
    "lambda": "lambda:sourcefunctionarn",
    "codebuild": "codebuild:projectarn",
}
"""The key that holds the ARN of what runs, by its service (5.1)."""

_PART = Run(NOT_COLON)
_HEAD: Pattern = ("arn:", _PART, ":", _PART, ":", _PART, ":")
_TAIL: Pattern = (":", ANYTHING)
"""What stands in an ARN before and after the account."""


class ServiceSession:
    """The keys of a session that one of these services may run, None standing for any service.

    What it runs is in none of the accounts `elsewhere` (R5.57), or is what `runs` has the ARN of.
    `keys` are those asked for so far.
    """

    def __init__(
        self,
        label: str,
        services: Iterable[str] | None,
        elsewhere: Clause | None = None,
        runs: str = "",
    ) -> None:
        self._label = label
        self._services = None if services is None else {name.split(".")[0] for name in services}
        self._elsewhere = elsewhere
        self.keys: dict[str, Key] = {}
        runner = runs.split(":")[2] if runs else ""
        self._on_instance: Term = (
            TRUE if runner == "ec2" else Flag(f"{label} runs on an EC2 instance")
        )
        if runner in _NAMED_BY:
            self.keys[_NAMED_BY[runner]] = known(runs)

    def key(self, name: str) -> Key:
        """Return the key `name` of the session."""
        needed = _OF_ONE_SERVICE.get(name)
        if needed and self._services is not None and needed not in self._services:
            return ABSENT
        if name not in self.keys:
            on_instance = self._on_instance if name in _ON_INSTANCE else None
            key = free_key(self._label, name, SERVICE_SESSION_KEYS[name], on_instance)
            if self._elsewhere is not None and name.endswith("arn"):
                key = self._of_own(name, key.present, self._elsewhere)
            self.keys[name] = key
        return self.keys[name]

    def _of_own(self, name: str, present: Term, elsewhere: Clause) -> SingleKey:
        """Return the ARN of something that is in none of the accounts `elsewhere`."""
        value = StringVariable(f"{self._label}.{name}", clause([(*_HEAD, *ACCOUNT, *_TAIL)]))
        inside = member(View(value, _HEAD, DIGIT, _TAIL), elsewhere)
        return SingleKey(both(present, negation(inside)), value)
