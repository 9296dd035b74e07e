"""Refusals. `str(error)` is a whole sentence for the person who asked; `status_code` is the page's HTTP status."""


class DomainError(Exception):
    """A verb was refused and nothing was saved."""

    status_code = 409

    def __init__(self, sentence: object, *, field: str | None = None, code: str = "", details: object = None):
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return str(self.sentence)


class IllegalMove(DomainError):
    """The transition table knows no such move from the row's locked state."""


class DeadlinePassed(DomainError):
    """`now <= due_at` did not hold when the row was locked."""


class Blocked(DomainError):
    """Something else stands in the way (a gate, a restriction, another open case)."""


class InsufficientFunds(DomainError):
    """An account that may not go below zero would."""


class Stale(DomainError):
    """The page was made from an older version of the row; `details` says what changed."""


class Forbidden(DomainError):
    """The person may see the thing but not do this to it."""

    status_code = 403


class Invalid(DomainError):
    """What was typed or uploaded is refused; `field` names where the sentence belongs."""

    status_code = 422
