"""Telling people, and taking it back when what it asked for is done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import translation

from foundation.accounts.access import PERMISSIONS
from foundation.accounts.models import Membership, User
from foundation.lifecycle.bulk import maker, write_many
from foundation.lifecycle.locks import hold

from .. import kinds
from ..models import Notice, OutboxMessage, notice_number
from ..states import OUTBOX, Channel, Outgoing
from .queueing import OutgoingMail, queue_many

Subject = Model | tuple[str, int]


@dataclass
class Tell:
    """One thing to tell: to `users`, or to the active members of the shop whose role has the kind's permission."""

    subject: Subject
    shop_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    users: Iterable[User] | None = None


def tell(
    kind: str,
    subject: Subject,
    *,
    shop_id: int | None,
    data: Mapping[str, Any],
    now: datetime,
    url: str = "",
    users: Iterable[User] | None = None,
) -> list[Notice]:
    """Tell one thing inside the caller's transaction. Raises UnregisteredKind."""
    return tell_many(kind, [Tell(subject, shop_id, data, url, users)], now=now)


def tell_many(kind: str, tells: Iterable[Tell], *, now: datetime) -> list[Notice]:
    """The same kind about many subjects: one SELECT of who is told, one INSERT of notices, one of text messages."""
    about = kinds.known(kind)
    tells = list(tells)
    members = _members_by_shop({item.shop_id for item in tells if item.users is None and item.shop_id}, about.perm)
    told: list[tuple[list[Notice], list[User]]] = []
    for item in tells:
        audience = list(members.get(item.shop_id or 0, []) if item.users is None else item.users)
        told.append((_notices(about, item, audience, now), audience))
    notices = [notice for own, _audience in told for notice in own]
    with transaction.atomic():
        write_many(notices)
        if about.sms:
            urgent = about.importance == kinds.URGENT
            queue_many(_text_messages(about, told), now=now, at_any_hour=urgent, new=True)
    return notices


def cancel_about(subject: Subject, *, now: datetime, kinds: Iterable[str] | None = None) -> int:
    """What was asked about `subject` is done: its notices (of these kinds, or all) stop asking; how many did."""
    return cancel_about_many([subject], now=now, kinds=kinds)


def cancel_about_many(subjects: Iterable[Subject], *, now: datetime, kinds: Iterable[str] | None = None) -> int:
    """The same for many subjects: two UPDATEs per type. Text messages that have not left yet are cancelled too.

    Notices are locked by pk first: somebody may be reading all of theirs in this moment.
    """
    by_type: dict[str, list[int]] = defaultdict(list)
    for subject in subjects:
        subject_type, subject_id = reference(subject)
        by_type[subject_type].append(subject_id)
    cancelled = 0
    with transaction.atomic():
        for subject_type, subject_ids in by_type.items():
            notices = Notice.objects.about(subject_type, subject_ids).filter(cancelled_at=None)
            if kinds is not None:
                notices = notices.filter(kind__in=list(kinds))
            asking = hold(notices)
            _cancel_messages(subject_type, subject_ids, asking if kinds is not None else None)
            cancelled += Notice.objects.filter(pk__among=asking).update(cancelled_at=now)
    return cancelled


def reference(subject: Subject) -> tuple[str, int]:
    """("workorders.workorder", 1042) of a model instance or of such a pair."""
    return subject if isinstance(subject, tuple) else (subject._meta.label_lower, subject.pk)


def _cancel_messages(subject_type: str, subject_ids: list[int], notices: list[int] | None) -> None:
    """Messages about these subjects that have not left, or only those of these notices."""
    waiting = OutboxMessage.objects.filter(
        subject_type=subject_type, subject_id__among=subject_ids, status=Outgoing.PENDING, key__startswith="notice:"
    )
    if notices is not None:
        numbers = Notice.objects.filter(pk__among=notices).values_list("number", flat=True)
        waiting = waiting.filter(key__in=[_message_key(number) for number in numbers])
    waiting.update(status=OUTBOX.target("cancel", Outgoing.PENDING))


def _members_by_shop(shop_ids: set[int], perm: str) -> dict[int, list[User]]:
    """Active people of those shops whose role may do `perm`, in one query."""
    people: dict[int, list[User]] = defaultdict(list)
    if shop_ids:
        rows = Membership.objects.filter(
            shop_id__in=shop_ids, role__in=PERMISSIONS[perm], ended_at=None, user__is_active=True
        )
        for membership in rows.select_related("user").order_by("pk"):
            people[membership.shop_id].append(membership.user)
    return people


def _notices(about: kinds.Kind, item: Tell, audience: Iterable[User], now: datetime) -> list[Notice]:
    subject_type, subject_id = reference(item.subject)
    data = {key: _plain(value) for key, value in item.data.items()}
    make = maker(Notice)
    return [
        make(
            number=notice_number(), shop_id=item.shop_id, user_id=user.pk, kind=about.code, subject_type=subject_type,
            subject_id=subject_id, data=data, url=item.url, created_at=now,
        )
        for user in audience
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int | float | bool | str | None) else str(value)


def _message_key(number: str) -> str:
    return f"notice:{number}"


def _text_messages(about: kinds.Kind, told: Iterable[tuple[list[Notice], list[User]]]) -> list[OutgoingMail]:
    """A person without a phone is told in the bell only. Messages go out in the house's own language."""
    mails = []
    with translation.override(settings.LANGUAGE_CODE):
        for notices, audience in told:
            body = kinds.sentence(about.code, notices[0].data) if notices else ""
            mails += [
                OutgoingMail(
                    _message_key(notice.number), Channel.SMS, user.phone, body, shop_id=notice.shop_id,
                    subject=(notice.subject_type, notice.subject_id),
                )
                for notice, user in zip(notices, audience, strict=True)
                if user.phone
            ]  # fmt: skip
    return mails
