"""What can be done to many rows of a list at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet


@dataclass(frozen=True)
class BatchVerb:
    """One verb of a list's batch bar.

    `excluded(rows, now)` says which of the selected rows it will leave alone and why, set-wise:
    `{pk: sentence}`; it is asked for the preview and again at the confirmation. `apply(pks, by=, now=, **said)` does one
    chunk (at most `chunk` rows, in the transaction of the job's step, calling one service) and returns `{pk: sentence}`
    for rows refused under the lock; whatever it raises rolls the chunk back, which is then halved down to the row that
    can't. `form(data, shop=…)` asks what the verb needs to know (whom, which colour); its `said()` returns a dict of
    JSON values handed to `apply`. `after(batch, shop, user, now)` is safe HTML the result page says once it is done.
    `typed` is for a verb with a form and without a way back: the number of rows is typed before it is done.
    `page` is the URL name of a page of its own that takes the selection (`selection.chosen`), for a verb that wants
    something different of each row: such a verb has no preview, no job and no `apply`.
    """

    key: str
    label: Any
    perm: str
    apply: Callable[..., dict[int, str]] | None = None
    icon: str = ""
    done: Any = ""  # "assigned": the result page's word for a row it was done to
    form: Callable[..., forms.Form] | None = None
    excluded: Callable[[QuerySet, datetime], dict[int, str]] = field(default=lambda rows, now: {})
    columns: Sequence[str] = ()  # keys of the columns the preview shows; () = the fixed one and the first two
    chunk: int = 500
    after: Callable[..., str] | None = None
    page: str = ""
    typed: bool = False
