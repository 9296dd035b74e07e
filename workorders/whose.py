"""What a case's pages say about who is on it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from .models import Presence, WorkOrder
from .services import presence
from .services.assigning import is_taken


@dataclass
class Whose:
    """A case as `user` finds it: theirs, a colleague's or nobody's, and – one query – who else has it open."""

    case: WorkOrder
    user: Any
    now: datetime

    @property
    def taken(self) -> bool:
        return is_taken(self.case, self.now)

    @property
    def mine(self) -> bool:
        return self.taken and self.case.assigned_to_id == self.user.pk

    @property
    def claimed(self) -> bool:
        """For a while, not for good."""
        return self.taken and self.case.claimed_until is not None

    @property
    def claimable(self) -> bool:
        return not self.taken and self.case.takes_answers(self.now)

    @property
    def a_colleague_claims(self) -> bool:
        return self.claimed and not self.mine

    @cached_property
    def also_here(self) -> list[Presence]:
        """Nobody writes an answer where none is taken; whoever claims the case is named for that already."""
        asked = self.case.takes_answers(self.now)
        seen = presence.others_on(self.case, but=self.user, now=self.now) if asked else []
        return [one for one in seen if not (self.claimed and one.user_id == self.case.assigned_to_id)]

    @property
    def mark(self) -> str:
        """The same as long as the page would say the same: the poll then answers nothing, and nobody is told twice."""
        claim = f"{self.case.assigned_to_id}:{self.case.claimed_until:%H%M%S}" if self.a_colleague_claims else ""
        return "/".join([claim, *(f"{one.user_id}:{one.since:%H%M%S}" for one in self.also_here)])
