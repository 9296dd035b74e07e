"""Who is told, how it reads, and how it stops asking."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.notifications import kinds, services
from foundation.notifications.models import Notice, OutboxMessage
from foundation.notifications.templatetags.notifications import bell

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """A kind for whoever may see the statement: leaders and finance; by text message too."""
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    return kinds.register(
        "tests.asked", text=_("Answer %(number)s by %(due_at)s or lose %(total_minor)s"),
        perm="ledger.view", sms=True, importance=kinds.URGENT,
    ).code  # fmt: skip


DATA = {"number": "WO1", "total_minor": 123450}


def test_roles_with_the_permission_are_told_and_nobody_else(kind, shop, owner, now):
    finance, warehouse = make_member(shop, "finance"), make_member(shop, "warehouse")
    stranger = make_member(make_shop("other"), "owner")
    services.tell(kind, ("tests.case", 1), shop_id=shop.pk, data={**DATA, "due_at": now}, now=now)
    assert set(Notice.objects.values_list("user_id", flat=True)) == {owner.pk, finance.pk}
    assert not {warehouse.pk, stranger.pk} & set(Notice.objects.values_list("user_id", flat=True))


def test_members_who_left_are_not_told(kind, shop, owner, now):
    owner.membership.ended_at = now
    owner.membership.save(update_fields=["ended_at"])
    assert services.tell(kind, ("tests.case", 1), shop_id=shop.pk, data=DATA, now=now) == []


def test_the_sentence_shows_yuan_and_shanghai_time(kind, shop, owner, now):
    due = now.replace(year=2026, month=11, day=22, hour=16, minute=30)
    [notice] = services.tell(kind, ("tests.case", 1), shop_id=shop.pk, data={**DATA, "due_at": due}, now=now)
    notice.refresh_from_db()
    with translation.override("en"):
        assert kinds.sentence(kind, notice.data) == "Answer WO1 by 2026-11-23 00:30 or lose ¥1,234.50"


def test_an_unregistered_kind_cannot_be_told(shop, now):
    with pytest.raises(kinds.UnregisteredKind):
        services.tell("tests.nobody_registered", ("tests.case", 1), shop_id=shop.pk, data={}, now=now)


def test_many_are_told_in_three_queries(kind, shop, owner, now, django_assert_num_queries):
    tells = [services.Tell(("tests.case", i), shop.pk, DATA) for i in range(50)]
    with django_assert_num_queries(4):  # members, savepoint, notices, release; the owner has no phone
        services.tell_many(kind, tells, now=now)
    assert Notice.objects.count() == 50


def test_what_is_done_stops_asking_and_its_text_message_does_not_leave(kind, shop, owner, now):
    owner.phone = "13800001234"
    owner.save(update_fields=["phone"])
    services.tell(kind, ("tests.case", 1), shop_id=shop.pk, data=DATA, now=now)
    services.tell(kind, ("tests.case", 2), shop_id=shop.pk, data=DATA, now=now)
    assert services.cancel_about(("tests.case", 1), now=now) == 1
    assert list(OutboxMessage.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "pending"]
    assert services.cancel_about(("tests.case", 1), now=now) == 0


def test_only_the_named_kinds_are_cancelled(kind, shop, owner, now):
    services.tell(kind, ("tests.case", 1), shop_id=shop.pk, data=DATA, now=now)
    assert services.cancel_about(("tests.case", 1), now=now, kinds=["tests.other"]) == 0
    assert services.cancel_about(("tests.case", 1), now=now, kinds=[kind]) == 1


def test_the_bell_counts_in_one_query_and_stops_at_99(kind, shop, owner, now, rf, django_assert_num_queries):
    services.tell_many(kind, [services.Tell(("tests.case", i), shop.pk, DATA) for i in range(120)], now=now)

    def asked():
        request = rf.get("/")
        request.user, request.shop = owner, shop
        return {"request": request}

    with django_assert_num_queries(1):
        assert ">99+<" in bell(asked())
    services.read_all(by=owner, shop_id=shop.pk, now=now + timedelta(seconds=1))
    assert "bell-count" not in bell(asked())
