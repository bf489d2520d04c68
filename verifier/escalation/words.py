"""What a step needs and does, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from verifier.escalation.bindings import Binding
from verifier.escalation.campaigns import Move
from verifier.escalation.state import State
from verifier.escalation.steps import Made
from verifier.escalation.table import Effect, Over, Primitive


def conditions(
    primitive: Primitive, binding: Binding, made: Iterable[Made], state: State
) -> Iterator[str]:
    """Yield what must be so besides and no snapshot shows."""
    written = [primitive.needs, *(item.alternative.needs for item in made)]
    if primitive.over is Over.WORKLOAD and not binding.target:
        written.insert(0, primitive.exists)
    if primitive.over is Over.ORGANIZATION:
        organization = state.snapshot.organization
        if organization is None or organization.management_account != binding.account:
            written.append("account {account} is delegated to manage the policies")
    words = {
        "target": binding.target or "it",
        "role": binding.role,
        "service": binding.service,
        "account": binding.account,
    }
    yield from dict.fromkeys(text.format(**words) for text in written if text)


def does(move: Move, names: Mapping[str, str]) -> str:
    """Return what a call does for the one who makes it, "" for a call that the question is about
    and for one that only goes with others.
    """
    step = move.step
    if move.opens:
        return f"changes what guards {move.hop.main.request.resource}"
    if step is None or not move.completes:
        return ""
    change = step.change
    if change is None:
        return _ACTS.get(step.primitive.effect, "")
    entity = names.get(change.entity, change.entity)
    policy = names.get(change.policy, change.policy)
    text = _DOES.get(change.effect, "")
    tags = ", ".join(f"{name} = {value}" for name, value in change.tags)
    return text.format(entity=entity, policy=policy, version=change.version, tags=tags)


_ACTS = {
    Effect.BECOMES_USER: "gives credentials of the user",
    Effect.BECOMES_ROLE: "runs what the caller wants as the role",
    Effect.IDENTITIES: "lets the caller vouch for any identity of the provider",
    Effect.ROOT: "gives a session of the root user",
}
_DOES = {
    Effect.INLINE: "gives {entity} an inline policy that allows everything",
    Effect.MANAGED: "attaches {policy} to {entity}",
    Effect.VERSION: "lets {entity} allow everything",
    Effect.OTHER_VERSION: "makes {version} the default version of {entity}",
    Effect.JOINS: "makes {policy} a member of {entity}",
    Effect.LEAVES: "takes {policy} out of {entity}",
    Effect.LOSES_POLICY: "takes {policy} away from {entity}",
    Effect.LOSES_BOUNDARY: "takes the boundary away from {entity}",
    Effect.BOUNDARY: "makes {policy} the boundary of {entity}",
    Effect.TRUST: "lets everyone assume {entity}",
    Effect.TAGS: "tags {entity}: {tags}",
    Effect.NO_TAGS: "takes tags away from {entity}: {tags}",
    Effect.MFA: "gives {entity} an MFA device of the caller's",
    Effect.NEW_USER: "makes the user {entity}",
    Effect.NEW_ROLE: "makes the role {entity}, which admits everyone",
    Effect.NEW_POLICY: "makes the policy {entity}, which allows everything",
    Effect.PROFILE: "puts {entity} into an instance profile",
    Effect.GUARDRAILS: "lifts the service control policies",
}
