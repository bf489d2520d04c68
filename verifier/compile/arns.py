"""What the ARNs of a resource type look like."""

from __future__ import annotations

from functools import lru_cache

from iam_smt.automata import Clause, clause
from iam_smt.patterns import ANY, ANYTHING, Characters, Item, Pattern, Run, merged
from verifier import catalogue
from verifier.catalogue import ResourceType
from verifier.compile.matching import pattern
from verifier.policy.templates import template

_REGION = Characters(frozenset("abcdefghijklmnopqrstuvwxyz0123456789-"))
_NO_SLASH = Characters(frozenset("/:"), True)
_NO_COLON = Characters(frozenset(":"), True)
_WITHOUT_SLASH = frozenset(
    {
        "BucketName",
        "TableName",
        "IndexName",
        "QueueName",
        "TopicName",
        "KeyId",
        "FunctionName",
        "AccessPointName",
    }
)
"""Placeholders of ARNs that never hold a slash or a colon (R2.32); others may hold anything."""

_SAMPLES = {
    "BucketName": "example-bucket",
    "KeyId": "12345678-1234-1234-1234-123456789012",
    "Region": "us-east-1",
    "ObjectName": "example",
}


def form(kind: ResourceType, account: str, partition: str) -> tuple[Pattern, str]:
    """Return the pattern of the ARNs of a type in an account, and a plain one of them."""
    items: list[Item] = []
    sample: list[str] = []
    for piece in catalogue.pieces(kind.arn):
        if isinstance(piece, str):
            items.append(piece)
            sample.append(piece)
            continue
        (name,) = piece
        match name:
            case "Partition":
                items.append(partition)
                sample.append(partition)
            case "Account" | "AccountId":
                items.append(account)
                sample.append(account)
            case "Region":
                items += [_REGION, Run(_REGION)]
                sample.append(_SAMPLES["Region"])
            case _ if _is_plain(name, kind):
                items += [_NO_SLASH, Run(_NO_SLASH)]
                sample.append(_SAMPLES.get(name, "example"))
            case _:
                items += [ANY, ANYTHING]
                sample.append(_SAMPLES.get(name, "example"))
    return merged(items), "".join(sample)


def may_be_of_service(arn: str, kind: ResourceType) -> bool:
    """Return whether ARNs of the type may be of the same service, as the third part tells."""
    ours, theirs = arn.split(":", 3)[2:3], kind.arn.split(":", 3)[2:3]
    return not theirs or "$" in theirs[0] or ours == theirs


def _is_plain(placeholder: str, kind: ResourceType) -> bool:
    """Return whether what stands for a placeholder never holds a slash or a colon (R2.32): the ids
    of Amazon EC2 do not.
    """
    of_ec2 = kind.arn.startswith("arn:${Partition}:ec2:") and placeholder.endswith("Id")
    return of_ec2 or placeholder in _WITHOUT_SLASH


def is_of_type(arn: str, kind: ResourceType) -> bool:
    """Return whether `arn` is an ARN of the type, in any partition and account."""
    return may_be_of_service(arn, kind) and arn in type_clause(kind)


@lru_cache(maxsize=4096)
def type_pattern(kind: ResourceType) -> Pattern:
    """Return the pattern of the ARNs of a type, in any partition and account."""
    items: list[Item] = []
    for piece in catalogue.pieces(kind.arn):
        if isinstance(piece, str):
            items.append(piece)
        elif piece[0] in ("Partition", "Account", "AccountId", "Region"):
            items.append(Run(_NO_COLON))
        else:
            of = _NO_SLASH if _is_plain(piece[0], kind) else ANY
            items += [of, Run(of)]
    return merged(items)


@lru_cache(maxsize=4096)
def sample(kind: ResourceType) -> str:
    """Return a plain ARN of a type."""
    _, found = form(kind, "111122223333", "aws")
    return found


def type_clause(kind: ResourceType) -> Clause:
    """Return the pattern of the ARNs of a type as a clause."""
    return clause([type_pattern(kind)])


def pattern_of(text: str) -> Pattern:
    """Return the pattern of an ARN as people write it in a question, with `*` and `?`."""
    return pattern(template(text, wildcards=True, variables=False).tokens)
