"""The Python API: a snapshot that can be asked, and policies that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from verifier.ask import ask
from verifier.compare import compare
from verifier.comparison import Comparison
from verifier.disputes import choose
from verifier.parallel import Progress
from verifier.policy.files import read_policies
from verifier.queries.naming import phrase
from verifier.queries.sentences import sentence
from verifier.question import Question
from verifier.rendering import in_notebooks
from verifier.snapshot import model
from verifier.snapshot.kept import load
from verifier.verdict import Answer

if TYPE_CHECKING:
    from verifier.check.run import Checks
    from verifier.delegation import Delegation
    from verifier.explanation import Explanation
    from verifier.finding import Findings
    from verifier.review.model import Review
    from verifier.snapshot_comparison import SnapshotComparison


class Snapshot:
    """Accounts, principals, resources and the organization at one moment."""

    def __init__(self, contents: model.Snapshot) -> None:
        self.contents = contents

    @classmethod
    def load(
        cls,
        *paths: str | Path,
        as_of: date | None = None,
        readings: Mapping[str, str] = MappingProxyType({}),
        known_accounts: str | Path | None = None,
    ) -> Self:
        """Load the parts of one snapshot, files or folders.

        `as_of` is the day from which requests are made; default is that of `snapshot.toml`, else
        today. `readings` fixes how disputed points are read, as `{"X-16": "simulator"}`, before
        what `snapshot.toml` says, and so does `known_accounts`, a file that says whose accounts
        are, which answers then name. Raises `InputError` with file, line and column if something is
        malformed, and for a reading that there is not.
        """
        contents = load(*paths, as_of=as_of)
        if known_accounts is not None:
            from verifier.snapshot import known

            told = known.read(Path(known_accounts))
            contents = replace(contents, known={**contents.known, **told})
        return cls(contents).under(readings)

    def under(self, readings: Mapping[str, str]) -> Self:
        """Return the same snapshot with some disputed points read in these ways.

        Raises `InputError` for a point or reading that there is not.
        """
        chosen = {**self.contents.readings, **choose(readings)}
        return type(self)(replace(self.contents, readings=chosen)) if readings else self

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd in the input, each with its place."""
        return tuple(map(str, self.contents.remarks))

    def ask(
        self,
        question: Question | str,
        *,
        timeout: float | None = None,
        progress: Progress = lambda text, done, total: None,
        evidence: Path | None = None,
        jobs: int = 1,
        margins: bool = False,
        paths: bool = False,
    ) -> Answer:
        """Answer a question, or a sentence.

        `timeout` is in seconds for each question that the solver is asked; running out is an
        unknown. `evidence` is a folder for the questions that were refuted, as SMT-LIB scripts;
        `jobs` the number of processes for a question about many principals. `margins` adds what
        closes a yes and the nearest misses of a no. Raises
        `QuestionError` if the sentence cannot be read or names what is not there.
        """
        return ask(
            self.contents,
            question,
            timeout=timeout,
            progress=progress,
            evidence=evidence,
            jobs=jobs,
            margins=margins,
            paths=paths,
        )

    def can(
        self,
        who: str,
        action: str,
        on: str | None = None,
        *,
        route: str = "",
        where: str = "",
        without: str = "",
        timeout: float | None = None,
        jobs: int = 1,
    ) -> Answer:
        """Answer whether somebody can perform an action, on a resource or on any.

        `who` is a name, an ARN or a pattern of ARNs, the number of an account, a service, an
        identity provider, or the words of a sentence, as `any external principal`. `route`,
        `where` and `without` are as in a sentence. Raises `QuestionError` if anything is not
        there.
        """
        caller = phrase(self.contents, who)
        question = sentence(caller, action, on, route=route, where=where, without=without)
        return self.ask(question, timeout=timeout, jobs=jobs)

    def who_can(
        self,
        action: str,
        on: str | None = None,
        *,
        route: str = "",
        where: str = "",
        without: str = "",
        timeout: float | None = None,
        jobs: int = 1,
    ) -> Answer:
        """Answer who can perform an action: classes of outsiders, services, and each principal of
        the snapshot; see `can`.
        """
        question = sentence("", action, on, route=route, where=where, without=without)
        return self.ask(question, timeout=timeout, jobs=jobs)

    def what_can(
        self,
        who: str,
        on: str | None = None,
        *,
        route: str = "",
        where: str = "",
        without: str = "",
        timeout: float | None = None,
        jobs: int = 1,
    ) -> Answer:
        """Answer what somebody can do: a way for each action, with the resources; see `can`."""
        caller = phrase(self.contents, who)
        question = sentence(caller, "", on, route=route, where=where, without=without)
        return self.ask(question, timeout=timeout, jobs=jobs)

    def compare(
        self,
        new: Snapshot,
        *,
        timeout: float | None = None,
        jobs: int = 1,
        progress: Progress = lambda text, done, total: None,
    ) -> SnapshotComparison:
        """Compare this snapshot with a new one: what is newly allowed, and what no longer, for each
        principal and each way in?

        `timeout` is in seconds for each question that the solver is asked; running out is an
        unknown. `jobs` is the number of processes.
        """
        from verifier.comparing.run import compare_snapshots

        return compare_snapshots(
            self.contents, new.contents, timeout=timeout, jobs=jobs, progress=progress
        )

    def explain(self, question: Question | str, *, timeout: float | None = None) -> Explanation:
        """Explain why one caller can, or cannot, perform an action itself.

        A yes has its grounds: the least sets of statements that suffice, and those without which
        it would be denied. A no has remedies: the least changes under which it would be allowed.
        Raises `QuestionError` for a question about many callers or about chains.
        """
        from verifier.explain import explain

        return explain(self.contents, question, timeout=timeout)

    def delegate(
        self, administrator: str, boundary: str, *, timeout: float | None = None
    ) -> Delegation:
        """Check whether an administrator, a user or role by its ARN, can ever exceed a boundary,
        the ARN of a managed policy: the five obligations one by one (R8.90).

        Raises `QuestionError` if one of them is not in the snapshot.
        """
        from verifier.delegate import delegate

        return delegate(self.contents, administrator, boundary, timeout=timeout)

    def findings(
        self,
        *,
        timeout: float | None = None,
        evidence: Path | None = None,
        today: date | None = None,
        jobs: int = 1,
        progress: Progress = lambda text, done, total: None,
    ) -> Findings:
        """Find all that the outside of the zone of trust may do, as few sentences, each with a
        replayed witness; together they cover every request from outside that is allowed, proved.

        What `[[intended]]` entries of snapshot.toml cover is suppressed until they expire; `today`
        is the day that counts. `timeout` is in seconds for each question that the solver is
        asked; running out leaves a gap. `evidence` is a folder for the questions that were
        refuted. Raises `InputError` if an entry cannot be read.
        """
        from verifier.findings.run import findings

        return findings(
            self.contents,
            timeout=timeout,
            evidence=evidence,
            today=today,
            jobs=jobs,
            progress=progress,
        )

    def check(
        self,
        *files: str | Path,
        baseline: str | Path | None = None,
        timeout: float | None = None,
        today: date | None = None,
        jobs: int = 1,
        progress: Progress = lambda text, done, total: None,
    ) -> Checks:
        """Check the invariants of TOML or YAML files, and return what became of each question.

        Violations that the file `baseline` lists come back as accepted, until they expire; `today`
        is the day that counts. Raises `InputError` with the place if a file is malformed, a
        sentence cannot be read or an invariant is about an empty set.
        """
        from verifier.check import baseline as baselines
        from verifier.check.invariants import read
        from verifier.check.run import Checks, check

        invariants = [invariant for file in files for invariant in read(Path(file))]
        accepted = baselines.read(Path(baseline)) if baseline else baselines.Baseline()
        found = check(self.contents, invariants, timeout=timeout, jobs=jobs, progress=progress)
        return Checks(accepted.apply(found, today or date.today()))

    def review(
        self,
        *invariants: str | Path,
        title: str = "",
        baseline: str | Path | None = None,
        timeout: float | None = None,
        today: date | None = None,
        jobs: int = 1,
        progress: Progress = lambda text, done, total: None,
    ) -> Review:
        """Review the snapshot: the findings, who can become whom, and what became of the
        invariants of these files, of whose violations those in the file `baseline` are accepted.

        `render_review` writes it as HTML, Markdown, JSON, SARIF or CSV. `title` says what is
        reviewed; `today` is the day on which intentions and acceptances must not have expired.
        Raises `InputError` with the place if a file is malformed.
        """
        from verifier.check import baseline as baselines
        from verifier.check.invariants import read
        from verifier.review.run import review

        return review(
            self.contents,
            [invariant for file in invariants for invariant in read(Path(file))],
            title=title,
            baseline=baselines.read(Path(baseline)) if baseline else None,
            timeout=timeout,
            today=today,
            jobs=jobs,
            progress=progress,
        )

    def __repr__(self) -> str:
        accounts = len(self.contents.accounts)
        roles = sum(len(account.roles) for account in self.contents.accounts.values())
        return f"<Snapshot of {accounts} accounts with {roles} roles>"


def compare_policies(
    old: str | Path,
    new: str | Path,
    *,
    kind: str | None = None,
    as_of: date | None = None,
    timeout: float | None = None,
    evidence: Path | None = None,
    any_action: bool = False,
    readings: Mapping[str, str] = MappingProxyType({}),
) -> Comparison:
    """Compare two policy files: what does the new one allow that the old one does not, and the
    other way round?

    `kind` is the kind of policy, such as `identity`, `resource`, `trust`, `scp` or `rcp`; default
    is what the elements tell. Requests are made on or after `as_of`, at any time by default.
    `timeout` is in seconds for each question that the solver is asked; running out is an unknown.
    `evidence` is a folder for the questions that were refuted, as SMT-LIB scripts. With
    `any_action`, actions are any strings, not only those that exist or that a policy names.
    `readings` fixes how disputed points are read, as `{"X-1": "parts"}`. Raises `InputError` with
    the place if a file is malformed, and for a reading that there is not.
    """
    before, after = read_policies((Path(old), Path(new)), kind, lambda remark: None)
    return compare(
        before,
        after,
        as_of=as_of,
        timeout=timeout,
        evidence=evidence,
        any_action=any_action,
        readings=choose(readings),
    )


in_notebooks()
