"""How long evidence is kept: each situation of an order, to the second, and what the nightly job leaves behind."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from foundation.audit.models import Entry
from foundation.files import services as files
from foundation.files import storage
from foundation.files.models import Purpose, StoredFile
from foundation.lifecycle.errors import Blocked
from foundation.lifecycle.invariants import INVARIANTS
from orders.services import record_contact
from orders.tests.factories import make_order
from workorders import services
from workorders.models import PolicyStage, Sheet, Voucher, WorkOrder, WorkOrderPolicy
from workorders.services import evidence, library, retention
from workorders.tests import factories

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def rule(db, now):
    """A function: another rule in force from now on, for the type asked in these tests."""

    def add(**changes):
        newest = WorkOrderPolicy.objects.in_force(now, type="not_received")
        columns = {field.name: getattr(newest, field.name) for field in WorkOrderPolicy._meta.fields}
        columns.pop("id")
        WorkOrderPolicy.objects.create(**{**columns, "effective_from": now, **changes})

    return add


def months(moment, count):
    return retention.plus_months(moment, count)


def settled(case, owner, at):
    services.agree_refund(case.pk, version=None, by=None, now=at)


def picture_of(case, now, shade=9):
    return evidence.add_voucher(case.pk, factories.photo((shade, 9, 9)), by=None, now=now).file


def there(stored):
    stored.refresh_from_db()
    return stored.removed_at is None


# situation → (does it on the order, when the keeping ends as months or days after `now`, or None)


def an_open_case(shop, case, now):
    return None


def a_new_case_on_the_order_of_a_closed_one(shop, case, now):
    settled(case, None, now)
    factories.ask(shop, now, order=case.order)


def a_queued_case_behind_an_answered_one(shop, case, now):
    WorkOrder.objects.filter(pk=case.pk).update(status="answered", answered_at=now)
    assert factories.ask(shop, now, order=case.order, platform_text="another question").status == "queued"
    WorkOrder.objects.filter(pk=case.pk).update(status="won", closed_at=now)


def an_answered_case(shop, case, now):
    WorkOrder.objects.filter(pk=case.pk).update(status="answered", answered_at=now)


def a_case_closed_long_after_the_upload(shop, case, now):
    settled(case, None, now + timedelta(hours=40))
    return months(now + timedelta(hours=40), 24)


def two_closed_cases_the_later_counts(shop, case, now):
    settled(case, None, now)
    second = factories.ask(shop, now + DAY, order=case.order)
    settled(second, None, now + 2 * DAY)
    return months(now + 2 * DAY, 24)


@pytest.mark.parametrize(
    "situation",
    [an_open_case, a_new_case_on_the_order_of_a_closed_one, a_queued_case_behind_an_answered_one, an_answered_case,
     a_case_closed_long_after_the_upload, two_closed_cases_the_later_counts],
)
def test_a_used_picture_is_kept_as_its_order_needs_it(shop, now, situation):
    case = factories.ask(shop, now)
    stored = picture_of(case, now)
    end = situation(shop, case, now)
    if end is None:
        services.delete_past_keeping(now + 40 * 365 * DAY)
        assert there(stored)
        return
    services.delete_past_keeping(end)
    assert there(stored), "the very moment is still kept"
    services.delete_past_keeping(end + SECOND)
    assert not there(stored)


def test_an_appeal_window_longer_than_the_months_keeps_and_a_shorter_one_changes_nothing(shop, now, rule):
    rule(appeal_days=1000)
    long = factories.ask(shop, now + SECOND)
    stored = picture_of(long, now + SECOND)
    settled(long, None, now + SECOND)
    services.delete_past_keeping(now + 999 * DAY)
    assert there(stored)
    assert "appeal" in retention.keeping_of([stored], now)[stored.pk].why
    services.delete_past_keeping(now + 1000 * DAY + 2 * SECOND)
    assert not there(stored)


def test_a_short_appeal_window_leaves_it_to_the_months(shop, now, rule):
    rule(appeal_days=3)
    case = factories.ask(shop, now + SECOND)
    stored = picture_of(case, now + SECOND)
    settled(case, None, now + SECOND)
    assert retention.keeping_of([stored], now)[stored.pk].until == months(now + SECOND, 24)


def test_the_rule_the_case_was_opened_under_counts_not_a_later_one(shop, now, rule):
    case = factories.ask(shop, now - DAY)
    stored = picture_of(case, now - DAY)
    settled(case, None, now)
    PolicyStage.objects.all().delete()
    WorkOrderPolicy.objects.exclude(type="not_received").delete()
    rule(evidence_keep_months=1)
    services.delete_past_keeping(months(now, 2))
    assert there(stored)
    services.delete_past_keeping(months(now, 24) + SECOND)
    assert not there(stored)


def test_a_picture_used_for_another_orders_case_is_kept_for_that_one(shop, now):
    case, other = factories.ask(shop, now), factories.ask(shop, now)
    stored = picture_of(case, now)
    settled(case, None, now)
    Voucher.objects.create(work_order=other, file=stored, added_at=now)
    services.delete_past_keeping(now + 40 * 365 * DAY)
    assert there(stored)
    settled(other, None, now + DAY)
    services.delete_past_keeping(months(now + DAY, 24))
    assert there(stored)
    services.delete_past_keeping(months(now + DAY, 24) + SECOND)
    assert not there(stored)


def test_a_picture_no_case_uses_is_kept_for_the_months_after_its_upload(shop, owner, now):
    order = make_order(shop, now)
    stored = library.add_to_library(order.pk, factories.photo(), by=owner, now=now)
    services.delete_past_keeping(months(now, 24))
    assert there(stored)
    services.delete_past_keeping(months(now, 24) + SECOND)
    assert not there(stored)


def test_contact_pictures_and_sheets_go_the_same_way(shop, owner, now):
    case = factories.answer(factories.ask(shop, now), now, by=owner)
    sheet = Sheet.objects.get().file
    talk = files.store_image(
        factories.photo((7, 7, 7)), shop=shop, by=owner, now=now, order_id=case.order_id, purpose=Purpose.ATTACHMENT
    )
    record_contact(case.order_id, who="buyer", channel="chat", at=now, said="x", files=[talk], by=owner, now=now)
    services.delete_past_keeping(now + 40 * 365 * DAY)
    assert there(sheet) and there(talk)
    WorkOrder.objects.filter(pk=case.pk).update(status="won", closed_at=now)
    assert services.delete_past_keeping(months(now, 24) + SECOND) == {"removed": 4}
    assert not there(sheet) and not there(talk)


def test_other_files_of_the_shop_are_nobodys_evidence(shop, owner, now):
    table = files.store_document(b"a,b", "a.csv", "text/csv", shop=shop, by=owner, now=now, purpose=Purpose.IMPORT)
    loose = files.store_image(factories.photo(), shop=shop, by=owner, now=now)
    services.delete_past_keeping(now + 40 * 365 * DAY)
    assert there(table) and there(loose)


def test_a_file_of_a_talk_about_another_order_is_kept_for_that_one(shop, owner, now):
    one, other = make_order(shop, now), make_order(shop, now)
    stored = library.add_to_library(one.pk, factories.photo(), by=owner, now=now)
    record_contact(other.pk, who="buyer", channel="chat", at=now, said="x", files=[stored], by=owner, now=now)
    case = factories.ask(shop, now, order=other)
    services.delete_past_keeping(now + 40 * 365 * DAY)
    assert there(stored)
    settled(case, None, now + DAY)
    services.delete_past_keeping(months(now + DAY, 24) + SECOND)
    assert not there(stored)


def test_without_any_rule_nothing_is_removed(shop, owner, now):
    order = make_order(shop, now)
    stored = library.add_to_library(order.pk, factories.photo(), by=owner, now=now)
    PolicyStage.objects.all().delete()
    WorkOrderPolicy.objects.all().delete()
    assert services.delete_past_keeping(now + 40 * 365 * DAY) == {"removed": 0}
    assert there(stored)


@pytest.fixture
def past(shop, owner, now, django_capture_on_commit_callbacks):
    """Two pictures of a closed case and the moment just after their keeping; a function runs the job there."""
    case = factories.ask(shop, now)
    stored = [picture_of(case, now, 40), picture_of(case, now, 120)]
    settled(case, owner, now)
    moment = months(now, 24) + SECOND

    def run(commit=True):
        with django_capture_on_commit_callbacks(execute=commit):
            return services.delete_past_keeping(moment)

    return case, stored, moment, run


def on_disk(stored):
    paths = [path for one in stored for path in (one.original_path, one.clean_path, one.thumb_path)]
    return sum(storage.path_of(path).exists() for path in paths)


def test_bytes_go_and_the_row_stays_with_its_hash(past):
    case, stored, moment, run = past
    sums = [one.sha256 for one in stored]
    assert on_disk(stored) == 6
    assert run() == {"removed": 2}
    assert on_disk(stored) == 0
    rows = StoredFile.objects.filter(pk__in=[one.pk for one in stored]).order_by("pk")
    assert [(row.sha256, row.removed_at, row.removed_why) for row in rows] == [(s, moment, "keeping") for s in sums]


def test_it_is_recorded_once_per_order_and_a_second_run_changes_nothing(past):
    case, _stored, moment, run = past
    run()
    entry = Entry.objects.get(verb="workorders.evidence_removed")
    assert (entry.order_id, entry.data, entry.actor_id, entry.at) == (case.order_id, {"count": 2}, None, moment)
    assert run() == {"removed": 0}
    assert Entry.objects.filter(verb="workorders.evidence_removed").count() == 1


def test_killed_between_mark_and_delete_the_sweeper_finishes(past):
    _case, stored, moment, run = past
    run(commit=False)
    assert on_disk(stored) == 6, "marked, and killed before the bytes went"
    with pytest.raises(files.Removed, match="2028|keeping"):
        files.open_clean(StoredFile.objects.get(pk=stored[0].pk))
    with mock.patch.object(storage, "older_than", lambda at: older(at, moment)):
        assert files.sweep_orphans(moment + 2 * DAY)["swept"] == 6
    assert on_disk(stored) == 0
    assert files.sweep_orphans(moment + 2 * DAY)["swept"] == 0


def older(_at, _moment):
    """Every file, whatever its age: the test's files were written a moment ago."""
    for path in storage.root().rglob("*.*"):
        yield path, path.stem


def test_killed_before_the_commit_nothing_happened(past, monkeypatch):
    _case, stored, _moment, run = past

    def dies(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(retention, "record_many", dies)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert on_disk(stored) == 6
    assert not StoredFile.objects.exclude(removed_at=None).exists()


def test_an_order_that_poisons_its_chunk_keeps_its_pictures_and_the_rest_goes(past, shop, now, monkeypatch):
    case, stored, _moment, run = past
    other = factories.ask(shop, now)
    poison = picture_of(other, now, 200)
    settled(other, None, now)
    ends = retention._ends_of_orders

    def broken(order_ids):
        if other.order_id in order_ids:
            raise ValueError("broken")
        return ends(order_ids)

    monkeypatch.setattr(retention, "_ends_of_orders", broken)
    assert run() == {"removed": 2}
    assert there(poison)


def test_a_chunk_of_many_orders_costs_as_many_queries_as_one(shop, now, django_assert_max_num_queries):
    for shade in range(6):
        case = factories.ask(shop, now)
        picture_of(case, now, 40 * shade)
        settled(case, None, now)
    with django_assert_max_num_queries(16):
        assert services.delete_past_keeping(months(now, 24) + SECOND) == {"removed": 6}


def test_a_removed_picture_is_not_used_composed_or_described(past, shop, owner):
    case, stored, moment, run = past
    run()
    again = factories.ask(shop, moment, order=case.order)
    with pytest.raises(Blocked, match="keeping rule"):
        evidence.reuse_file(again.pk, stored[0], by=owner, now=moment)
    with pytest.raises(Blocked, match="keeping rule"):
        library.describe(stored[0].pk, caption="x", kinds=[], by=owner, now=moment)
    assert not evidence.library(again).exists()
    Voucher.objects.create(work_order=again, file=StoredFile.objects.get(pk=stored[0].pk), added_at=moment)
    with pytest.raises(Blocked, match="keeping rule"):
        evidence.compose_sheet(again.pk, by=owner, now=moment)


def test_the_same_picture_uploaded_again_after_its_removal_is_a_new_one(past, shop, owner):
    case, stored, moment, run = past
    run()
    fresh = library.add_to_library(case.order_id, factories.photo((40, 9, 9)), by=owner, now=moment)
    assert fresh.pk != stored[0].pk and fresh.sha256 == stored[0].sha256 and there(fresh)


def test_the_invariant_sees_a_removal_under_an_unfinished_case(past, shop, now):
    case, stored, _moment, run = past

    def violations():
        return [line for one in INVARIANTS if one.code == "I8" for line in one.check()]

    run()
    assert not violations()
    unfinished = factories.ask(shop, now)
    bad = picture_of(unfinished, now)
    StoredFile.objects.filter(pk=bad.pk).update(removed_at=now + DAY, removed_why="keeping")
    assert [unfinished.number in line for line in violations()] == [True]


@pytest.mark.parametrize(("start", "count", "end"), [
    ("2026-01-31T04:00:00+00:00", 1, "2026-02-28T04:00:00+00:00"),
    ("2026-01-31T17:00:00+00:00", 1, "2026-02-28T17:00:00+00:00"),  # 1 February in Shanghai → 1 March
    ("2024-02-29T04:00:00+00:00", 12, "2025-02-28T04:00:00+00:00"),
    ("2026-03-31T04:00:00+00:00", -1, "2026-02-28T04:00:00+00:00"),
    ("2026-11-22T04:00:00+00:00", 24, "2028-11-22T04:00:00+00:00"),
])
def test_months_are_shanghai_months(start, count, end):
    assert months(datetime.fromisoformat(start).astimezone(UTC), count) == datetime.fromisoformat(end)


def test_a_rule_that_says_for_ever_is_still_a_date(now):
    assert months(now, 4_000_000_000).year > 3000
