"""A verb over many rows as a job: started once, done a chunk a transaction, halved down to the row that can't (law 3).

Whatever stops a worker leaves the chunk undone and the cursor where it was; the next one goes on from there. What a
chunk refuses is kept as `Refusal` rows in the same transaction.
"""

import io
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Membership
from foundation.jobs import services as jobs
from foundation.jobs.chunks import NOBODYS_ROW, in_chunks
from foundation.jobs.models import Job
from foundation.lifecycle.bulk import insert_many
from foundation.lifecycle.errors import Blocked, DomainError, Forbidden, Invalid

from . import registry
from .columns import TEXT
from .models import Batch, Refusal
from .selection import Selection
from .sheets import CsvSheet
from .spec import ListSpec
from .verbs import BatchVerb

log = logging.getLogger(__name__)

KIND = "lists.batch"
AT_ONCE = 200
NAMES = 2000


def verb_of(spec: ListSpec, key: str) -> BatchVerb:
    """Raises KeyError for a verb the list does not have, or that has a page of its own."""
    return {verb.key: verb for verb in spec.verbs if not verb.page}[key]


def known(key: str, shop: Any) -> Job | None:
    """The batch this form has started already."""
    return Job.objects.for_shop(shop).filter(request_key=key, kind=KIND).first() if key else None


def start(
    selection: Selection, said: Mapping[str, Any], *, shop: Any, by: Any, now: datetime, key: str | None, back: str
) -> Job:
    """Write the batch and run it: here for AT_ONCE rows or fewer, in the background otherwise.

    Invalid when nothing is left to do it to. Rows left out beforehand stand among the refused from the start.
    """
    if not selection.pks:
        raise Invalid(_("None of these rows can be taken."))
    refused = [(pk, selection.names[pk], reason) for pk, reason in selection.excluded.items()]
    return _begin(
        selection.spec, selection.verb, selection.pks, said, refused, shop=shop, by=by, now=now, key=key, back=back
    )


def retry(batch: Batch, *, by: Any, now: datetime, key: str | None) -> Job:
    """The refused rows once more, as a batch of their own; the verb looks at each again under its lock.

    Those it would leave out now stand among the refused from the start, with the reason of this moment.
    """
    spec = registry.get(batch.list_key)
    names = dict(batch.refusals.order_by("pk").values_list("row_id", "name"))
    if not names:
        raise Invalid(_("Nothing was refused."))
    verb, shop = verb_of(spec, batch.verb), batch.job.shop
    excluded = _excluded(spec, verb, shop, list(names), now)
    refused = [(pk, names[pk], reason) for pk, reason in excluded.items()]
    pks = [pk for pk in names if pk not in excluded]
    return _begin(spec, verb, pks, batch.said, refused, shop=shop, by=by, now=now, key=key, back=batch.back)


def _excluded(spec: ListSpec, verb: BatchVerb, shop: Any, pks: list[int], now: datetime) -> dict[int, str]:
    """What the verb leaves out of these rows now."""
    rows = spec.rows(shop, now)  # type: ignore[misc]
    found: dict[int, str] = {}
    for start in range(0, len(pks), NAMES):
        found |= verb.excluded(rows.filter(pk__in=pks[start : start + NAMES]), now)
    return found


def _begin(
    spec: ListSpec, verb: BatchVerb, pks: list[int], said: Mapping[str, Any], refused: list[tuple[int, str, str]],
    *, shop: Any, by: Any, now: datetime, key: str | None, back: str,
) -> Job:  # fmt: skip
    here = len(pks) <= AT_ONCE
    with transaction.atomic():
        job = jobs.start(
            KIND, shop=shop, by=by, now=now, request_key=key, queued=not here,
            params={"list": spec.key, "verb": verb.key},
        )  # fmt: skip
        if Batch.objects.filter(job=job).exists():
            return job
        batch = Batch.objects.create(
            job=job, list_key=spec.key, verb=verb.key, said=dict(said), pks=pks, back=back[:2000]
        )
        _refuse(batch, refused)
    return jobs.run_to_end(job.pk) if here else job


def perm_of(job: Job) -> str:
    """The permission of the batch's verb: who stops the job or lets it go on does what it does."""
    return verb_of(registry.get(job.params["list"]), job.params["verb"]).perm


def _must_still_may(job: Job, verb: BatchVerb) -> None:
    """Forbidden once whoever started it has left the shop or lost the role: a batch outlives its click by minutes."""
    held = Membership.objects.filter(shop=job.shop, user=job.by, user__is_active=True, ended_at=None).first()
    if held is None or not held.can(verb.perm):
        raise Forbidden(_("%(who)s may not do this in the shop any more; the rest was left as it was.") % {"who": job.by})


def step(job: Job, now: datetime) -> bool:
    """One chunk of the job's batch; says whether it was the last. Forbidden for who may not do it any more."""
    batch = Batch.objects.get(job=job)
    spec = registry.get(batch.list_key)
    verb = verb_of(spec, batch.verb)
    _must_still_may(job, verb)
    chunk = batch.pks[job.cursor : job.cursor + verb.chunk]
    refused: dict[int, str] = {}

    def apply(pks: list[int]) -> int:
        found = _applied(verb, pks, batch.said, job, now)
        refused.update(found)
        return len(pks) - len(found)

    in_chunks(chunk, apply, park=refused.__setitem__, size=max(len(chunk), 1))
    names = _names(spec, job, now, refused)
    _refuse(batch, [(pk, names.get(pk, "—"), reason) for pk, reason in refused.items()])
    job.cursor += len(chunk)
    job.done, job.total = job.cursor, len(batch.pks)
    job.result = {
        "taken": job.result.get("taken", 0) + len(chunk) - len(refused),
        "refused": job.result.get("refused", 0) + len(refused),
    }
    return job.cursor >= len(batch.pks)


def _applied(verb: BatchVerb, pks: list[int], said: Mapping[str, Any], job: Job, now: datetime) -> Mapping[int, str]:
    """What the verb refused of the chunk. A fault of ours becomes a sentence for whoever reads the result."""
    try:
        assert verb.apply is not None
        return verb.apply(pks, by=job.by, now=now, **said) or {}
    except (DomainError, *NOBODYS_ROW):
        raise
    except Exception as error:
        log.exception("Batch %s: %s rows from %s could not be taken", job.number, len(pks), pks[0])
        raise Blocked(
            _("Something went wrong on our side with this row. Name job %(number)s when you ask the platform.")
            % {"number": job.number}
        ) from error


def _names(spec: ListSpec, job: Job, now: datetime, pks: Iterable[int]) -> dict[int, str]:
    """Public numbers of the shop's own rows."""
    pks = list(pks)
    rows = spec.rows(job.shop, now)  # type: ignore[misc]
    return {pk: str(name) for start in range(0, len(pks), NAMES)
            for pk, name in rows.filter(pk__in=pks[start : start + NAMES]).values_list("pk", spec.ident)}  # fmt: skip


def _refuse(batch: Batch, rows: Iterable[tuple[int, str, str]]) -> None:
    insert_many([Refusal(batch=batch, row_id=pk, name=name[:64], reason=reason[:500]) for pk, name, reason in rows])


def result_csv(batch: Batch, now: datetime) -> str:
    """Every row of the batch and what became of it, in its order; those left out beforehand stand at the end."""
    spec, job = registry.get(batch.list_key), batch.job
    refused = {pk: (name, reason) for pk, name, reason in batch.refusals.values_list("row_id", "name", "reason")}
    names = _names(spec, job, now, [pk for pk in batch.pks if pk not in refused])
    done, waiting, left = str(verb_of(spec, batch.verb).done or _("Done")), _("Not reached"), _("Left alone")
    rows = []
    for place, pk in enumerate(batch.pks):
        if pk in refused:
            name, reason = refused.pop(pk)
            rows.append((name, left, reason))
        else:
            rows.append((names.get(pk, "—"), done if place < job.cursor else waiting, ""))
    rows += [(name, left, reason) for name, reason in refused.values()]
    out = io.StringIO()
    sheet = CsvSheet(out, [_("Number"), _("Result"), _("Reason")], [TEXT] * 3)
    sheet.write(list(zip(*rows, strict=True)))
    return out.getvalue()
