"""Assume-role calls, and the sessions that they return (7.2, 7.3, 7.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iam_smt.automata import EVERYTHING, clause
from iam_smt.context import ACCOUNT, SESSION_NAME
from iam_smt.credentials import Chain, Credentials, first_present, free_text
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, Truth, known
from iam_smt.numbers import NumberVariable
from iam_smt.patterns import ANYTHING, fold_case
from iam_smt.principals import Kind
from iam_smt.requests import tag_key
from iam_smt.service_sessions import ServiceSession
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, either, implies, negation, truth
from iam_smt.texts import Choice, StringVariable, Text

_TAGS = ("aws:principaltag", "aws:requesttag")
_TRUST_ANCHOR = clause(
    [("arn:", ANYTHING, ":rolesanywhere:", ANYTHING, ":", *ACCOUNT, ":trust-anchor/", ANYTHING)]
)
_CERTIFICATE_TAGS = clause(
    [fold_case((f"x509{part}/", ANYTHING)) for part in ("Subject", "Issuer", "SAN")]
)
"""The source and the tags of a call of IAM Roles Anywhere (R7.1)."""


class AssumeRoleKeys:
    """The keys of a call that assumes a role, chosen by the caller (R7.80, R5.56, R7.32, R7.34).

    A tag that the call passes may be declared transitive; passing one that is already inherited
    fails (R7.61). A source identity can be set only where there is none (R7.64). `handing_needs`
    gives a term that holds iff `sts:TagSession` must be allowed for tags that are only handed on.
    `certificate` says that IAM Roles Anywhere calls for the holder of a certificate (R7.1).
    """

    def __init__(
        self,
        label: str,
        chain: Chain,
        caller: Credentials,
        action: str,
        handing_needs: Callable[[], Term],
        *,
        certificate: bool = False,
    ) -> None:
        self._label = label
        self._chain = chain
        self._caller = caller
        self._handing_needs = handing_needs
        self._signed = action.lower() == "sts:assumerole"
        self.session_name = StringVariable(
            f"{label}.sts:rolesessionname", SESSION_NAME, ("example",)
        )
        before = caller.handed_on
        self.transitive_keys = SetVariable(f"{label}.sts:transitivetagkeys", apart=before)
        self._tag_keys = SetVariable(
            f"{label}.aws:tagkeys", EVERYTHING, self.transitive_keys, before
        )
        self._certificate = certificate
        self._sets_identity = TRUE if certificate else Flag(f"{label} sets a source identity")
        self._names_tags = Flag(f"{label} has aws:tagkeys")
        self._passed: dict[str, StringVariable] = {}
        self._trust_anchor = known(StringVariable(f"{label}.aws:sourcearn", _TRUST_ANCHOR))
        if certificate:
            chain.tags_matter = chain.identity_matters = True

    def key(self, name: str) -> Key | None:
        """Return the key `name` of the call."""
        match name:
            case "sts:rolesessionname":
                return SingleKey(TRUE, self.session_name)
            case "sts:externalid":
                return free_text(self._label, name) if self._signed else ABSENT
            case "sts:sourceidentity":
                self._chain.identity_matters = True
                return SingleKey(self._sets_identity, self._chain.source_identity)
            case "aws:tagkeys":
                self._chain.tags_matter = True
                present = either(self._names_tags, self._tag_keys.some(EVERYTHING))
                return SetKey(present, self._tag_keys)
            case "sts:transitivetagkeys":
                self._chain.tags_matter = True
                some = self.transitive_keys.some(EVERYTHING)
                return SetKey(some, self.transitive_keys)
            case "sts:durationseconds" | "sts:awsservicename" | "sts:taskpolicyarn":
                return ABSENT
        prefix, _, tag = name.partition("/")
        if prefix == "aws:requesttag" or (prefix == "aws:principaltag" and self._certificate):
            return self._request_tag(tag)
        if name == "aws:sourcearn" and self._certificate:
            return self._trust_anchor
        return None

    def _request_tag(self, name: str) -> SingleKey:
        transitive = self.makes_transitive(name)
        value = Choice(
            (
                (transitive, self._chain.transitive_tag(name)),
                (negation(transitive), self.passed(name)),
            )
        )
        return SingleKey(self.passes(name), value)

    def passes(self, name: str) -> Term:
        """Holds iff the call passes the session tag `name`."""
        self._chain.tags_matter = True
        self.passed(name)
        return self._tag_keys.some(tag_key(name))

    def makes_transitive(self, name: str) -> Term:
        """Holds iff the call declares the tag `name` transitive."""
        return self.transitive_keys.some(tag_key(name))

    def passed(self, name: str) -> StringVariable:
        """Return the value of the tag `name` where it is passed and not transitive."""
        if name not in self._passed:
            title = f"{self._label}.aws:requesttag/{name}"
            self._passed[name] = StringVariable(title, suggestions=("example",))
        return self._passed[name]

    @property
    def sets_identity(self) -> Term:
        """Holds iff the call sets a source identity."""
        return self._sets_identity

    @property
    def passes_tags(self) -> Term:
        """Holds iff the call passes tags, so that `sts:TagSession` must be allowed (R7.16)."""
        return self._tag_keys.some(EVERYTHING) if self._chain.tags_matter else FALSE

    @property
    def hands_tags_on(self) -> Term:
        """Holds iff the caller's session hands inherited tags on to the one to make (R7.61)."""
        return self._caller.inherits if self._chain.tags_matter else FALSE

    @property
    def needs_tag_session(self) -> Term:
        """Holds iff `sts:TagSession` must be allowed: for tags that the call passes, and, as it is
        read, for those that it only hands on (R7.16, X-23).
        """
        handed = self.hands_tags_on
        if handed is FALSE:
            return self.passes_tags
        return either(self.passes_tags, both(handed, self._handing_needs()))

    @property
    def inherits(self) -> Term:
        """Holds iff the session to make hands tags on in turn."""
        if not self._chain.tags_matter:
            return FALSE
        return either(self._caller.inherits, self.transitive_keys.some(EVERYTHING))

    @property
    def carries_identity(self) -> Term:
        """Holds iff a source identity goes with the call, so that it must be allowed (R7.64)."""
        if not self._chain.identity_matters:
            return FALSE
        return either(self._caller.source_identity.present, self._sets_identity)

    def note_tags(self) -> None:
        """Make the tags that policies ask about by key known to every hop of the chain."""
        for atom in (*self._tag_keys.memberships, *self.transitive_keys.memberships):
            for pattern in atom.clause.patterns:
                if len(pattern) == 1 and isinstance(pattern[0], str):
                    self._chain.transitive_tag(pattern[0].lower())
        for name in self._passed:
            self._chain.transitive_tag(name)

    def carried(self) -> list[str]:
        """Return the keys that tell what goes with the call, asked about or not."""
        found = ["aws:multifactorauthpresent"]
        if self._chain.tags_matter:
            found += ["aws:tagkeys", "sts:transitivetagkeys"]
            found += [f"{key}/{name}" for key in _TAGS for name in self._chain.tags]
        if self._chain.identity_matters:
            found += ["aws:sourceidentity", "sts:sourceidentity"]
        return found

    def axioms(self) -> list[Term]:
        """What STS refuses: see the class."""
        taken = self._caller.source_identity.present
        found: list[Term] = []
        if self._chain.identity_matters:
            found.append(implies(self._sets_identity, negation(taken)))
        for name in self._chain.tags if self._chain.tags_matter else ():
            inherited = self._caller.inherited(name).present
            found.append(implies(inherited, negation(self.passes(name))))
            found.append(implies(inherited, self._caller.inherits))
        if self._certificate:
            found.append(self._tag_keys.some(EVERYTHING))
            found.append(negation(self._tag_keys.some(_CERTIFICATE_TAGS, outside=True)))
        return [*found, self._tag_keys.includes]


class ChainedSession(Credentials):
    """The session that an assume-role call returns; `own` are the role's tags (R7.60).

    It shows the MFA of the user who made the call; another caller has none to show, and `shows_mfa`
    says whether the key is there all the same, None where that is open (R5.21, X-14). The keys of
    `by_service` are there where a service made the call.
    """

    def __init__(
        self,
        label: str,
        chain: Chain,
        call: AssumeRoleKeys,
        caller: Credentials,
        own: Mapping[str, Text],
        issued: NumberVariable,
        *,
        by: Kind,
        provider: SingleKey = ABSENT,
        claims: Callable[[str], Key | None] = lambda name: None,
        by_service: ServiceSession | None = None,
        shows_mfa: bool | None = None,
    ) -> None:
        super().__init__(chain)
        self._label = label
        self._call = call
        self._caller = caller
        self._own = own
        self._claims = claims
        self.temporary = TRUE
        self.provider = provider
        self.issued = issued
        self.chained = truth(by is Kind.ROLE_SESSION)
        self._by_service = by_service
        self.by_user = by is Kind.USER
        if self.by_user:
            self.mfa = caller.mfa_in(assuming=True)
            self.mfa_age_before = caller.mfa_age
        else:
            shown: Term = Flag(f"{label} has aws:multifactorauthpresent")
            self.mfa = SingleKey(shown if shows_mfa is None else truth(shows_mfa), Truth(FALSE))

    @property
    def source_identity(self) -> SingleKey:  # type: ignore[override]
        """The source identity of the caller, or the one that the call has set (R7.64)."""
        present = either(self._caller.source_identity.present, self._call.sets_identity)
        return SingleKey(present, self.chain.source_identity)

    @property
    def handed_on(self) -> tuple[SetVariable, ...]:  # type: ignore[override]
        """The sets of tags that the calls so far have made transitive."""
        return (*self._caller.handed_on, self._call.transitive_keys)

    @property
    def inherits(self) -> Term:  # type: ignore[override]
        """Holds iff tags that some call has made transitive go with the session (R7.61)."""
        return self._call.inherits

    def tag(self, name: str) -> SingleKey:
        own = known(self._own[name]) if name in self._own else ABSENT
        return first_present(self.inherited(name), self.passed(name), own)

    def passed(self, name: str) -> SingleKey:
        plain = both(self._call.passes(name), negation(self._call.makes_transitive(name)))
        return SingleKey(plain, self._call.passed(name))

    def inherited(self, name: str) -> SingleKey:
        declared = both(self._call.passes(name), self._call.makes_transitive(name))
        present = either(self._caller.inherited(name).present, declared)
        return SingleKey(present, self.chain.transitive_tag(name))

    def claim(self, name: str) -> Key | None:
        return self._claims(name)

    def of_service(self, name: str) -> Key:
        return self._by_service.key(name) if self._by_service else ABSENT
