"""Assume-role calls, and the sessions that they return (7.2, 7.3, 7.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iam_smt.automata import EVERYTHING
from iam_smt.context import SESSION_NAME
from iam_smt.credentials import Chain, Credentials, first_present, free_text
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, Truth, known
from iam_smt.requests import tag_key
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, either, implies, negation
from iam_smt.texts import Choice, StringVariable, Text

_TAGS = ("aws:principaltag", "aws:requesttag")


class AssumeRoleKeys:
    """The keys of a call that assumes a role, chosen by the caller (R7.80, R5.56, R7.32, R7.34).

    A tag that the call passes may be declared transitive; passing one that is already inherited
    fails (R7.61). A source identity can be set only where there is none (R7.64).
    """

    def __init__(self, label: str, chain: Chain, caller: Credentials, action: str) -> None:
        self._label = label
        self._chain = chain
        self._caller = caller
        self._signed = action.lower() == "sts:assumerole"
        self.session_name = StringVariable(
            f"{label}.sts:rolesessionname", SESSION_NAME, ("example",)
        )
        self._tag_keys = SetVariable(f"{label}.aws:tagkeys")
        self._transitive_keys = SetVariable(f"{label}.sts:transitivetagkeys")
        self._sets_identity = Flag(f"{label} sets a source identity")
        self._names_tags = Flag(f"{label} has aws:tagkeys")
        self._passed: dict[str, StringVariable] = {}

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
                some = self._transitive_keys.some(EVERYTHING)
                return SetKey(some, self._transitive_keys)
            case "sts:durationseconds" | "sts:awsservicename" | "sts:taskpolicyarn":
                return ABSENT
        if name.startswith("aws:requesttag/"):
            return self._request_tag(name.partition("/")[2])
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
        return self._transitive_keys.some(tag_key(name))

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
    def carries_identity(self) -> Term:
        """Holds iff a source identity goes with the call, so that it must be allowed (R7.64)."""
        if not self._chain.identity_matters:
            return FALSE
        return either(self._caller.source_identity.present, self._sets_identity)

    def note_tags(self) -> None:
        """Make the tags that policies ask about by key known to every hop of the chain."""
        for atom in (*self._tag_keys.memberships, *self._transitive_keys.memberships):
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
        for atom in self._transitive_keys.memberships:
            if not atom.outside:
                found.append(implies(atom, self._tag_keys.some(atom.clause)))
        return found


class ChainedSession(Credentials):
    """The session that an assume-role call returns; `own` are the role's tags (R7.60).

    It shows the MFA of the user who made the call; another caller has none to show (R5.21).
    """

    def __init__(
        self,
        label: str,
        chain: Chain,
        call: AssumeRoleKeys,
        caller: Credentials,
        own: Mapping[str, Text],
        *,
        by_user: bool,
        provider: SingleKey = ABSENT,
        claims: Callable[[str], Key | None] = lambda name: None,
    ) -> None:
        super().__init__(chain)
        self._label = label
        self._call = call
        self._caller = caller
        self._own = own
        self._claims = claims
        self.temporary = TRUE
        self.provider = provider
        shown = Flag(f"{label} has aws:multifactorauthpresent")
        self.mfa = caller.mfa if by_user else SingleKey(shown, Truth(FALSE))

    @property
    def source_identity(self) -> SingleKey:  # type: ignore[override]
        """The source identity of the caller, or the one that the call has set (R7.64)."""
        present = either(self._caller.source_identity.present, self._call.sets_identity)
        return SingleKey(present, self.chain.source_identity)

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
