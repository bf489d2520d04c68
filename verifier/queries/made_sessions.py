"""The session that an assume-role call returns, and the keys with which it is asked for."""

from __future__ import annotations

from iam_smt.assume_role import AssumeRoleKeys, ChainedSession
from iam_smt.credentials import Chain, keeps_claim
from iam_smt.keys import ABSENT, Key, SingleKey, known
from iam_smt.principals import FEDERATED_KINDS, Kind
from iam_smt.service_sessions import ServiceSession
from iam_smt.terms import FALSE, TRUE, Flag, Term
from verifier import facts
from verifier.compile.callers import Caller, session_caller, symbolic_tags
from verifier.compile.calls import Call
from verifier.queries.world import World
from verifier.snapshot.model import Role

_HANDING_ON = "whether `sts:TagSession` must be allowed for tags that are only handed on (X-23)"


def is_certified(caller: Caller) -> bool:
    """Return whether the caller holds a certificate, whose tags and subject come with each call of
    IAM Roles Anywhere (R7.1).
    """
    return caller.principal.provider == facts.ROLES_ANYWHERE


def assume_keys(
    world: World, chain: Chain, caller: Caller, label: str, action: str
) -> AssumeRoleKeys:
    """Return the keys with which a caller asks for a session."""
    readings = world.readings

    def handing_needs() -> Term:
        if readings.says("X-23", "needed"):
            return TRUE
        if readings.says("X-23", "passed"):
            return FALSE
        return Flag(f"{label} {_HANDING_ON}", _HANDING_ON)

    return AssumeRoleKeys(
        label,
        chain,
        caller.credentials,
        action,
        handing_needs,
        certificate=is_certified(caller),
    )


def made_session(
    world: World, chain: Chain, call: Call, keys: AssumeRoleKeys, role: Role, label: str
) -> Caller:
    """Return the session of `role` that a call returns to its caller."""
    before, reading = call.caller, world.readings.of("X-14")
    kind = before.principal.kind
    service = before.principal.provider if kind is Kind.SERVICE else None
    credentials = ChainedSession(
        label,
        chain,
        keys,
        before.credentials,
        symbolic_tags(role.tags, label, world.readings.of("X-12")),
        call.clock,
        by=kind,
        provider=_provider(before, label, reading),
        claims=lambda name: _kept_claim(call, name),
        by_service=ServiceSession(label, [service]) if service else None,
        shows_mfa=None if reading == "any" else reading == "older",
    )
    return session_caller(world.snapshot, role, label, credentials, keys.session_name)


def _provider(caller: Caller, session: str, reading: str) -> SingleKey:
    """Return the key of the identity provider in the session that a caller makes: one by SAML
    carries it or not, by the reading of X-14 (R5.22).
    """
    name = caller.principal.provider
    if name is None or caller.principal.kind not in FEDERATED_KINDS:
        return ABSENT
    if caller.principal.kind is Kind.OIDC or reading == "older":
        return known(name)
    if reading == "current":
        return ABSENT
    return SingleKey(Flag(f"{session} has aws:federatedprovider"), name)


def _kept_claim(call: Call, name: str) -> Key | None:
    """Return a claim of the federated identity that stays in its session."""
    principal = call.caller.principal
    if principal.kind not in FEDERATED_KINDS or not keeps_claim(name, [principal.provider or ""]):
        return None
    return call.context.key(name)
