"""What credentials carry from hop to hop: session tags, source identity, MFA, claims (7.3-7.7).

One `Chain` holds the values that outlive a hop. A source identity is set at most once on a path
and then kept (R7.64); a transitive tag is passed at most once for each key (R7.61): so each has
one variable for the whole path, and the hops say whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from iam_smt.context import SESSION_NAME, KeyType, free_key
from iam_smt.keys import ABSENT, Key, SingleKey, Truth, known
from iam_smt.numbers import Form, NumberVariable, rises, within
from iam_smt.sets import SetVariable
from iam_smt.terms import (
    FALSE,
    TRUE,
    Flag,
    Term,
    both,
    conjunction,
    either,
    implies,
    negation,
)
from iam_smt.texts import Choice, Join, StringVariable, Text, View


@dataclass
class Chain:
    """The values that outlive a hop, one each for a whole path.

    `tags_matter` and `identity_matters` say whether any policy asks about session tags or source
    identities: if none does, the caller passes none, and needs no permission to. `time_matters`
    says the same of the time: if no policy asks, any order of the calls will do.
    """

    tags_matter: bool = False
    identity_matters: bool = False
    time_matters: bool = False
    source_identity: StringVariable = field(
        default_factory=lambda: StringVariable("source identity", SESSION_NAME, ("example",))
    )
    _transitive: dict[str, StringVariable] = field(default_factory=dict)

    def matters_as_to(self, other: Chain) -> bool:
        """Take over what matters to a chain that goes on from here; return whether it is new."""
        before = self.matters
        self.tags_matter |= other.tags_matter
        self.identity_matters |= other.identity_matters
        self.time_matters |= other.time_matters
        return before != self.matters

    @property
    def matters(self) -> tuple[bool, bool, bool]:
        """What matters: session tags, source identities, the time."""
        return self.tags_matter, self.identity_matters, self.time_matters

    @property
    def tags(self) -> list[str]:
        """The names of the transitive tags that any hop has to do with."""
        return list(self._transitive)

    def transitive_tag(self, name: str) -> StringVariable:
        """Return the value of the transitive tag `name`, in lower case."""
        if name not in self._transitive:
            title = f"transitive tag {name}"
            self._transitive[name] = StringVariable(title, suggestions=("example",))
        return self._transitive[name]


_LONGEST = Fraction(12 * 3600)
_LONGEST_CHAINED = Fraction(3600)
"""How long a session lasts at most, in seconds (R7.33)."""


class Credentials:
    """What the caller's credentials carry on a chain; without more, nothing.

    They serve for one call. `issued` is when a session was made, `chained` holds iff another role
    session made it, `inherits` iff tags go with it into the next session; `mfa_age_before` is the
    age of MFA in the call that made it; `by_user` says whether a user may have shown it.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.mfa_age = NumberVariable("aws:multifactorauthage", Form.NUMBER)

    mfa: SingleKey = ABSENT
    source_identity: SingleKey = ABSENT
    inherits: Term = FALSE
    handed_on: tuple[SetVariable, ...] = ()
    temporary: Term = FALSE
    provider: SingleKey = ABSENT
    issued: NumberVariable | None = None
    assumed_root: SingleKey = ABSENT
    chained: Term = FALSE
    mfa_age_before: NumberVariable | None = None
    by_user: bool = False

    def mfa_in(self, *, assuming: bool) -> SingleKey:
        """Return `aws:MultiFactorAuthPresent` in a call, `assuming` a role or not."""
        return self.mfa

    def used_at(self, time: NumberVariable) -> Term:
        """Return a term that holds iff they are used while they are good: not before they are
        issued, nor later than 12 hours, 1 hour where a session made them (R5.19, R7.33).
        """
        if self.issued is None:
            return TRUE
        return conjunction(
            (
                rises(self.issued, time),
                within(self.issued, time, _LONGEST),
                implies(self.chained, within(self.issued, time, _LONGEST_CHAINED)),
            )
        )

    def tag(self, name: str) -> SingleKey:
        """Return the principal tag `name`, in lower case (R7.60)."""
        return ABSENT

    def identity_key(self) -> SingleKey:
        """Return `aws:SourceIdentity`, which a policy asks about."""
        self.chain.identity_matters = True
        return self.source_identity

    def inherited(self, name: str) -> SingleKey:
        """Return the transitive tag `name` as it is handed on to the next session (R7.61)."""
        return ABSENT

    def passed(self, name: str) -> SingleKey:
        """Return the session tag `name` where it was passed and is not transitive."""
        return ABSENT

    def claim(self, name: str) -> Key | None:
        """Return the federated claim `name` that stays in the session (5.3)."""
        return None

    def of_service(self, name: str) -> Key:
        """Return a key that only sessions run by a service carry (R5.24)."""
        return ABSENT


class RootSession(Credentials):
    """Those of a root user that was assumed: temporary, and marked as such (R5.23, R7.71)."""

    temporary = TRUE
    assumed_root: SingleKey = known("true")
    mfa = SingleKey(Flag("the assumed root user has aws:multifactorauthpresent"), Truth(FALSE))


class UserCredentials(Credentials):
    """Those of a user, or of a root user: long-term keys, or temporary ones that may show MFA
    (R5.19, R6.17).

    `tags` maps lower-cased tag keys to values, None where they are free (R5.57). Who holds no MFA
    device of the user's shows none: `shows_mfa`.
    """

    def __init__(
        self,
        label: str,
        chain: Chain,
        tags: Mapping[str, Text] | None,
        *,
        shows_mfa: bool = True,
    ) -> None:
        super().__init__(chain)
        self.by_user = True
        self._label = label
        self._tags = tags
        self._made: dict[str, SingleKey] = {}
        self.temporary = Flag(f"{label} has temporary credentials")
        shown = both(self.temporary, Flag(f"{label} has aws:multifactorauthpresent"))
        presented = Flag(f"{label} presented MFA") if shows_mfa else FALSE
        self.mfa = SingleKey(shown, Truth(presented))
        self._mfa_in_call = SingleKey(either(shown, presented), Truth(presented))

    def mfa_in(self, *, assuming: bool) -> SingleKey:
        """Return the key; a call that assumes a role may present MFA itself, with long-term keys,
        too (R7.35).
        """
        return self._mfa_in_call if assuming else self.mfa

    def tag(self, name: str) -> SingleKey:
        if self._tags is not None:
            return known(self._tags[name]) if name in self._tags else ABSENT
        if name not in self._made:
            self._made[name] = free_text(self._label, f"aws:principaltag/{name}")
        return self._made[name]


def first_present(*keys: SingleKey) -> SingleKey:
    """Return the key that has the value of the first of `keys` that is present."""
    cases: list[tuple[Term, Text]] = []
    present: Term = FALSE
    for key in keys:
        if key.present is FALSE:
            continue
        if isinstance(key.value, str | StringVariable | Choice | View | Join):
            cases.append((both(key.present, negation(present)), key.value))
        present = either(present, key.present)
    if not cases:
        return ABSENT
    if len(cases) == 1:
        return SingleKey(present, cases[0][1])
    return SingleKey(present, Choice(tuple(cases)))


def overruled(own: SingleKey, inherited: SingleKey) -> SingleKey:
    """Return a role's tag as its trust policy sees it: an inherited tag replaces it (R7.62)."""
    return first_present(inherited, own)


def free_text(label: str, name: str) -> SingleKey:
    key = free_key(label, name, KeyType.TEXT)
    return key if isinstance(key, SingleKey) else ABSENT


OIDC_CLAIMS = frozenset({"aud", "sub", "amr"})
SAML_CLAIMS = frozenset({"namequalifier", "sub", "sub_type"})
"""The claims that stay in the session of a federated identity (5.3)."""


def is_saml(provider: str) -> bool:
    """Return whether the name of an identity provider is that of a SAML one (R3.20)."""
    return ":saml-provider/" in provider


def keeps_claim(name: str, providers: Iterable[str] | None) -> bool:
    """Return whether sessions of identities of these providers carry the claim `name`; None
    stands for any providers.
    """
    issuer, _, claim = name.rpartition(":")
    if providers is None:
        return claim in (SAML_CLAIMS if issuer == "saml" else OIDC_CLAIMS) and bool(issuer)
    for provider in providers:
        if is_saml(provider):
            if issuer == "saml" and claim in SAML_CLAIMS:
                return True
        elif issuer == issuer_of(provider) and claim in OIDC_CLAIMS:
            return True
    return False


def issuer_of(provider: str) -> str:
    """Return the prefix of the claims of an OIDC provider, an ARN or a built-in name (R5.61)."""
    return provider.rpartition("oidc-provider/")[2].lower()
