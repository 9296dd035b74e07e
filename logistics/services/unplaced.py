"""Words about interceptions nobody can tell for sure: kept for operations, who place them or set them aside (rules §4.4)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, Invalid

from ..models import CarrierEvent, Interception, UnplacedWord
from ..models.unplaced import WhyUnplaced
from ..querysets import InterceptionQuerySet
from . import carrier_words
from .carrier_words import named

MOST_CHOICES = 20


def may_be_about(shop_pk: int, number: str) -> InterceptionQuerySet:
    """The shop's interceptions of that tracking number, the newest first."""
    rows: InterceptionQuerySet = Interception.objects.for_shop(shop_pk)
    return rows.filter(parcel__tracking_number=number or "-").order_by("-requested_at", "-pk")


def is_open_to_doubt(shop_pk: int, said: Mapping[str, Any]) -> bool:
    """Whether more than one running interception has the number, and no reference says which is meant."""
    word = named(said)
    known = word.reference and Interception.objects.filter(shop_id=shop_pk, reference=word.reference).exists()
    return not known and bool(word.number) and may_be_about(shop_pk, word.number).running().count() > 1


def keep(
    shop_pk: int, said: Mapping[str, Any], *, at: datetime | None, why: WhyUnplaced, source: str, now: datetime
) -> bool:
    """Put it on operations' list; False if it stands there already, or names neither a number nor a reference."""
    word = named(said)
    if not (word.number or word.reference):
        return False
    written = json.dumps([shop_pk, source, said], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(written.encode()).hexdigest()
    if UnplacedWord.objects.filter(digest=digest).exists():
        return False
    row = UnplacedWord(
        shop_id=shop_pk, number=word.number[:64], reference=word.reference[:64], code=word.code[:40], text=word.text[:300],
        at=at, said=dict(said), source=source, why=why, digest=digest, received_at=now,
    )  # fmt: skip
    UnplacedWord.objects.bulk_create([row], ignore_conflicts=True)
    return True


def choices(word: UnplacedWord) -> list[tuple[int, str]]:
    """Interceptions of the shop it may be about, for a form: those of its number, else the newest."""
    mine = may_be_about(word.shop_id, word.number)
    rows = mine if mine.exists() else Interception.objects.filter(shop_id=word.shop_id).order_by("-pk")
    return [
        (one.pk, f"{one.number} · {one.parcel.tracking_number} · {one.get_status_display()}")
        for one in rows.select_related("parcel")[:MOST_CHOICES]
    ]


@transaction.atomic
def place(pk: int, interception_pk: int, *, by: Any, now: datetime) -> CarrierEvent:
    """Operations say which interception it is about: it is taken as if the carrier had named it.

    Http404 for what never was, Invalid for another shop's interception, Blocked when a colleague settled it.
    """
    word = _word(pk)
    if not Interception.objects.filter(pk=interception_pk, shop_id=word.shop_id).exists():
        raise Invalid(_("Choose an interception of the shop."), field="interception")
    verb = carrier_words.meaning(word.code, word.text, source=word.source, now=now)
    event = carrier_words.carrier_says(
        interception_pk, code=word.code, verb=verb, text=word.text, at=word.at, source=word.source, now=now
    )
    _settle(word, "logistics.word_placed", event=event, by=by, now=now)
    return event


@transaction.atomic
def set_aside(pk: int, *, by: Any, now: datetime) -> None:
    """Operations looked: it is about nothing here. Http404, Blocked when a colleague settled it."""
    _settle(_word(pk), "logistics.word_set_aside", event=None, by=by, now=now)


def _word(pk: int) -> UnplacedWord:
    word = UnplacedWord.objects.filter(pk=pk).first()
    if word is None:
        raise Http404
    return word


def _settle(word: UnplacedWord, verb: str, *, event: CarrierEvent | None, by: Any, now: datetime) -> None:
    """One conditional UPDATE decides between two people; the interception is locked before, if there is one."""
    open_one = UnplacedWord.objects.filter(pk=word.pk, settled_at=None)
    if not open_one.update(settled_at=now, settled_by=by, event=event):
        raise Blocked(_("A colleague settled this meanwhile."))
    number = event.interception.number if event else ""
    record(verb, word, by=by, now=now, data={"number": number, "about": word.number or word.reference, "code": word.code})
