"""Services that assume a role for something of the role's account (R7.51)."""

from __future__ import annotations

from iam_smt.automata import clause
from iam_smt.credentials import Chain
from iam_smt.keys import Key, SingleKey
from iam_smt.patterns import ANYTHING, NOT_COLON, Run
from iam_smt.principals import Kind
from iam_smt.terms import Flag
from iam_smt.texts import StringVariable
from verifier.compile.strangers import named_caller
from verifier.escalation.scene import Scene
from verifier.policy import syntax
from verifier.policy.principals import Everyone, ServiceEntry
from verifier.queries.paths import Given, Path
from verifier.snapshot.model import Role


def service_path(scene: Scene, service: str, arn: str, alongside: tuple[str, ...]) -> Path:
    """Return the path on which a service assumes a role for something in the role's account."""
    role = scene.state.role(arn)
    assert role is not None
    chain = Chain()
    caller = named_caller(Kind.SERVICE, service, arn.split(":")[1], service, chain)
    name = scene.name(arn)
    path = Path(scene.world, caller, chain)
    opened = name if isinstance(name, StringVariable) else None
    free = arn in scene.state.free_tags
    return path.assume(role, _source(role.account), alongside, opened, free_tags=free)


def _source(account: str) -> Given:
    """Return what a service may say of the resource that it assumes a role for (R5.54)."""
    head = ("arn:", Run(NOT_COLON), ":", Run(NOT_COLON), ":", Run(NOT_COLON), f":{account}:")
    arn = StringVariable("source", clause([(*head, ANYTHING)]))
    found: dict[str, Key] = {
        "aws:sourceaccount": SingleKey(Flag("has a source account"), account),
        "aws:sourcearn": SingleKey(Flag("has a source"), arn),
    }
    return found


def names_service(role: Role, service: str) -> bool:
    """Return whether a statement of the trust policy names a service, or everyone."""
    return any(
        statement.principal is None
        or statement.principal.negated
        or any(
            isinstance(entry, Everyone)
            or (isinstance(entry, ServiceEntry) and entry.text == service)
            for entry in statement.principal.entries
        )
        for statement in role.trust.statements
        if statement.effect is syntax.Effect.ALLOW
    )
