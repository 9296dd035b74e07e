"""The stages of a case as steps: what is done, what is asked now, what is to come, each with its deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .models import Answer, Stage, WorkOrder
from .states import Status

DONE, NOW, TO_COME, MISSED = "done", "now", "to_come", "missed"


@dataclass(frozen=True)
class Step:
    """One stage of this case; `due_at` while its clock runs or when it ran out, `answer` once it is answered."""

    stage: Stage
    state: str
    due_at: datetime | None = None
    answer: Answer | None = None


def steps(case: WorkOrder, answers: Sequence[Answer]) -> list[Step]:
    """All stages in order, the latest answer of each; empty for a type with one stage."""
    stages = case.policy.stages
    if len(stages) == 1:
        return []
    latest = {answer.stage: answer for answer in answers}
    return [_step(case, stage, latest.get(stage.number)) for stage in stages]


def _step(case: WorkOrder, stage: Stage, answer: Answer | None) -> Step:
    present = stage.number == case.stage
    if present and case.status == Status.OPEN:
        return Step(stage, NOW, case.due_at, answer)
    if present and case.status == Status.FORFEITED:
        return Step(stage, MISSED, case.due_at, answer)
    return Step(stage, DONE, None, answer) if answer else Step(stage, TO_COME)
