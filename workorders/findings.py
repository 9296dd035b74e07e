"""One remark of the pre-flight: hard ones block, soft ones warn and go out with the answer (rules §6.8)."""

from dataclasses import dataclass

HARD, SOFT = "hard", "soft"


@dataclass(frozen=True)
class Finding:
    """`anchor` is the id on the desk or the form where it is put right."""

    level: str
    code: str
    sentence: str
    anchor: str = ""

    @property
    def is_hard(self) -> bool:
        return self.level == HARD
