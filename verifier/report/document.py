"""An answer as JSON: the document that `docs/answer.schema.json` describes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from verifier.report.margins import change
from verifier.report.words import only
from verifier.verdict import Answer, Barrier, Cause, Dependence, Hop, Margin, Miss, Way

VERSION: Literal["1"] = "1"


class Shape(BaseModel):
    """A frozen object of exactly these members."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CauseDocument(Shape):
    """A statement that takes part in a decision."""

    policy: str = Field(description="what people call the policy")
    statement: str = Field(description="the Sid, or the number of the statement counted from 1")
    effect: str = Field(description="Allow or Deny, empty for a whole policy")
    place: str = Field(description="file:line:column, empty where there is none")


class HopDocument(Shape):
    """One request of a path, replayed by the evaluator."""

    principal: str = Field(description="the ARN or name of the caller")
    action: str
    resource: str
    resource_account: str | None = Field(description="the owner of the resource")
    listed: bool = Field(description="whether the snapshot lists the resource")
    context: dict[str, list[str]] = Field(description="the whole context, by lower-cased key")
    chosen: list[str] = Field(description="the keys whose values had to be chosen")
    requires: list[str] = Field(description="permissions that the same call needs besides")
    by: list[CauseDocument] = Field(description="the statements that allow it")
    does: str = Field(description="what the call changes for those after it, in words")


class BarrierDocument(Shape):
    """Why one way does not go on."""

    who: str = Field(description="the role, or class of callers, that gets no further")
    what: list[str] = Field(description="the roles or resources that stay out of reach")
    stops: str
    causes: list[CauseDocument]


class ExtentDocument(Shape):
    """The resources of one account that an action is allowed on."""

    account: str
    patterns: list[str] = Field(description="as policies write them; they cover all, and all occur")
    exceptions: list[str] = Field(description="what is like the patterns, but is not allowed")


class MissDocument(Shape):
    """A single change that would make a no a yes."""

    kind: str = Field(description="what would be otherwise: a condition, a deny, a permission ...")
    change: str = Field(description="the change in words, after `would be reachable if`")
    statement: CauseDocument = Field(description="the statement or policy that it is about")
    dropped: str = Field(description="the condition that is no longer asked, in words")
    who: str = Field(description="the principal or account that is no longer bound, or may more")
    action: str = Field(description="what it would be allowed to call")
    resource: str = Field(description="on what")
    witness: list[HopDocument] = Field(description="the path that would then be possible")


class MarginDocument(Shape):
    """How far an answer is from turning; with --margins."""

    closes: list[list[CauseDocument]] = Field(
        description="sets of statements without each of which a yes is a no"
    )
    smallest: bool = Field(description="whether it was proved that no fewer statements close it")
    at_least: int = Field(description="how many statements were proved to be needed to close it")
    misses: list[MissDocument] = Field(
        description="single changes that would make a no a yes, nearest first"
    )
    asked: int = Field(description="how often the question was asked again")
    stopped: str = Field(description="why not more often, empty where nothing was left to ask")


class UnderDocument(Shape):
    """The answer under certain readings."""

    readings: list[str] = Field(description="one for each of the points, by its short name")
    answer: str


class DependenceDocument(Shape):
    """Disputed points on which an answer depends, all of these together."""

    points: list[str] = Field(description="their ids, as X-16")
    answers: list[UnderDocument] = Field(description="the answer's own readings come first")


class WayDocument(Shape):
    """The answer for one class of callers, and for one action where the question is what it can."""

    who: str
    verdict: Literal["yes", "no", "unknown"]
    witness: list[HopDocument] = Field(description="the hops of a yes, or of one with `needs`")
    reached: list[str] = Field(description="the roles that can be become")
    barriers: list[BarrierDocument] = Field(description="what stops the ways of a no")
    reason: str = Field(description="what an unknown leaves open")
    whose: str = Field(description="who of the callers can, in words, where they are told apart")
    what: str = Field(description="the role to become, or the action, where the question is which")
    extents: list[ExtentDocument] = Field(description="what the action is allowed on, by owner")
    margin: MarginDocument | None
    only: list[str] = Field(description="conditions without which there is no such path, in words")
    needs: list[str] = Field(
        description="what no snapshot shows and an unknown would be a yes with"
    )
    depends_on: list[DependenceDocument]


class AnswerDocument(Shape):
    """The answer to a question."""

    version: Literal["1"] = VERSION
    question: str
    verdict: Literal["yes", "no", "unknown"]
    ways: list[WayDocument]
    margin: MarginDocument | None = Field(
        description="of all ways together, where several are a yes; with --margins"
    )
    assumptions: list[str]
    depends_on: list[DependenceDocument] = Field(description="of all ways, each once")
    readings: dict[str, str] = Field(description="how disputed points are read, if not by default")
    remarks: list[str] = Field(description="what is odd in the input")
    seconds: float
    solver_questions: int
    edges: int = Field(description="assume-role edges that were looked at")


def document(answer: Answer) -> AnswerDocument:
    """Return an answer as the document that is published."""
    return AnswerDocument(
        question=answer.question.text,
        verdict=answer.verdict.value,
        ways=[way_document(way) for way in answer.ways],
        margin=_margin(answer.margin),
        assumptions=list(answer.assumptions),
        depends_on=dependence_documents(answer.depends_on),
        readings=dict(answer.readings),
        remarks=list(answer.remarks),
        seconds=round(answer.effort.seconds, 4),
        solver_questions=answer.effort.questions,
        edges=answer.effort.edges,
    )


def way_document(way: Way) -> WayDocument:
    """Return the answer for one class of callers as the document has it."""
    return WayDocument(
        who=way.who,
        verdict=way.verdict.value,
        witness=[hop_document(hop) for hop in way.witness],
        reached=list(way.reached),
        barriers=[_barrier(barrier) for barrier in way.barriers],
        reason=way.reason,
        whose=way.whose,
        what=way.what,
        extents=[
            ExtentDocument(
                account=extent.account,
                patterns=list(extent.patterns),
                exceptions=list(extent.exceptions),
            )
            for extent in way.extents
        ],
        margin=_margin(way.margin),
        only=only(way.provisos),
        needs=list(way.needs),
        depends_on=dependence_documents(way.depends_on),
    )


def dependence_documents(found: Iterable[Dependence]) -> list[DependenceDocument]:
    """Return on which disputed points something depends as the document has it."""
    return [
        DependenceDocument(
            points=list(item.points),
            answers=[
                UnderDocument(readings=list(names), answer=answer) for names, answer in item.answers
            ],
        )
        for item in found
    ]


def hop_document(hop: Hop) -> HopDocument:
    """Return a request as the document has it."""
    return HopDocument(
        principal=hop.principal,
        action=hop.action,
        resource=hop.resource,
        resource_account=hop.request.resource_account,
        listed=hop.known,
        context={key: list(values) for key, values in sorted(hop.context.items())},
        chosen=list(hop.chosen),
        requires=list(hop.requires),
        by=[cause_document(cause) for cause in hop.by],
        does=hop.does,
    )


def _margin(margin: Margin | None) -> MarginDocument | None:
    if margin is None:
        return None
    return MarginDocument(
        closes=[[cause_document(cause) for cause in causes] for causes in margin.closes],
        smallest=margin.is_smallest,
        at_least=margin.at_least,
        misses=[_miss(miss) for miss in margin.misses],
        asked=margin.asked,
        stopped=margin.stopped,
    )


def _miss(miss: Miss) -> MissDocument:
    return MissDocument(
        kind=miss.kind.value,
        change=change(miss),
        statement=cause_document(miss.statement),
        dropped=", ".join(only([miss.dropped])) if miss.dropped else "",
        who=miss.who,
        action=miss.action,
        resource=miss.resource,
        witness=[hop_document(hop) for hop in miss.witness],
    )


def _barrier(barrier: Barrier) -> BarrierDocument:
    causes = [cause_document(cause) for cause in barrier.causes]
    return BarrierDocument(
        who=barrier.who, what=list(barrier.what), stops=barrier.stops, causes=causes
    )


def cause_document(cause: Cause) -> CauseDocument:
    """Return a statement as the document has it."""
    return CauseDocument(
        policy=cause.policy,
        statement=cause.statement,
        effect=cause.effect,
        place=cause.place,
    )


def render(answer: Answer) -> str:
    """Return the answer as JSON text."""
    return document(answer).model_dump_json(indent=2) + "\n"
