"""Whose case it is: handed over, claimed for a while, given back, and what happens when somebody leaves."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import Membership
from foundation.accounts.services import note_person_revised
from foundation.accounts.tests.factories import make_member, make_reviewer, make_shop, make_superuser
from foundation.audit.models import Entry
from foundation.entry.services import end_membership
from foundation.lifecycle.errors import Blocked, DeadlinePassed, Forbidden, IllegalMove, Invalid
from foundation.notifications.kinds import sentence
from foundation.notifications.models import Notice
from workorders import services
from workorders.invariants import people_agree
from workorders.models import WorkOrder
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.services import Writing
from workorders.services.cases import local
from workorders.states import Branch

from . import factories

HALF_AN_HOUR, SECOND = timedelta(minutes=30), timedelta(seconds=1)


@pytest.fixture
def me(shop):
    return make_member(shop, "service")


@pytest.fixture
def colleague(shop):
    return make_member(shop, "warehouse")


@pytest.fixture
def case(shop, now):
    return factories.ask(shop, now)


def whose(case):
    case.refresh_from_db()
    return case.assigned_to, case.claimed_until


def verbs(case):
    return list(Entry.objects.filter(subject_id=case.pk, subject_type="workorders.workorder").values_list("verb", flat=True))


# handing over


def test_many_are_handed_over_set_wise_and_the_person_is_told_once(shop, owner, me, now):
    cases = [factories.ask(shop, now) for _ in range(3)]
    closed = factories.ask(shop, now)
    services.agree_refund(closed.pk, version=None, by=owner, now=now)
    refusals = services.assign_many([case.pk for case in [*cases, closed]], to=me, by=owner, now=now)
    assert list(refusals) == [closed.pk]
    assert "Settled" in refusals[closed.pk]
    assert {whose(case) for case in cases} == {(me, None)}
    [told] = Notice.objects.filter(user=me, kind="workorders.handed_over")
    assert told.data["count"] == 3
    assert services.assign_many([case.pk for case in cases], to=None, by=owner, now=now) == {}
    assert {whose(case) for case in cases} == {(None, None)}


def test_the_number_of_queries_does_not_grow_with_the_chunk(shop, owner, me, now):
    first, rest = factories.ask(shop, now), [factories.ask(shop, now) for _ in range(8)]
    with CaptureQueriesContext(connection) as one:
        services.assign_many([first.pk], to=me, by=owner, now=now)
    with CaptureQueriesContext(connection) as eight:
        services.assign_many([case.pk for case in rest], to=me, by=owner, now=now)
    assert len(eight) == len(one)


def test_a_chunk_of_many_is_many_chunks_of_one(shop, owner, me, now):
    cases = [factories.ask(shop, now) for _ in range(4)]
    services.assign_many([case.pk for case in cases[:2]], to=me, by=owner, now=now)
    for case in cases[2:]:
        services.assign_many([case.pk], to=me, by=owner, now=now)
    assert len({(*whose(case), case.version, tuple(verbs(case))) for case in cases}) == 1


def test_nobody_from_outside_or_gone_is_handed_a_case(shop, owner, me, case, now):
    stranger = make_member(make_shop("other"), "service")
    gone, off = make_member(shop, "service", "gone"), make_member(shop, "service", "off")
    Membership.objects.filter(user=gone).update(ended_at=now)
    off.is_active = False
    off.save(update_fields=["is_active"])
    for person in (stranger, gone, off):
        with pytest.raises(Invalid, match="does not work"):
            services.assign(case.pk, to=person, by=owner, now=now)
        assert services.assign_many([case.pk], to=person, by=owner, now=now).keys() == {case.pk}
    assert whose(case) == (None, None)


def test_the_same_again_changes_nothing(owner, me, case, now):
    for _ in range(2):
        services.assign(case.pk, to=me, by=owner, now=now)
    assert verbs(case).count("workorders.assigned") == 1


def test_handing_over_ends_a_claim(owner, me, colleague, case, now):
    services.claim(case.pk, by=me, now=now)
    services.assign(case.pk, to=colleague, by=owner, now=now)
    assert whose(case) == (colleague, None)


def test_a_page_a_seller_types_on_is_not_made_stale(owner, me, colleague, case, now):
    services.assign(case.pk, to=colleague, by=owner, now=now)
    services.assign(case.pk, to=None, by=owner, now=now)
    services.claim(case.pk, by=me, now=now)
    services.release_claims(now + HALF_AN_HOUR + SECOND)
    services.save_draft(case.pk, Writing(Branch.EVIDENCE, note="typed"), version=case.version, by=me, now=now)


# claiming


def test_a_claim_is_mine_for_half_an_hour(me, case, now):
    services.claim(case.pk, by=me, now=now)
    assert whose(case) == (me, now + HALF_AN_HOUR)
    assert "workorders.claimed" in verbs(case)


def test_a_second_claim_is_told_who_has_it_and_until_when(me, colleague, case, now):
    services.claim(case.pk, by=me, now=now)
    with pytest.raises(Blocked) as refusal:
        services.claim(case.pk, by=colleague, now=now + HALF_AN_HOUR)  # its last instant
    assert str(me) in str(refusal.value)
    assert local(now + HALF_AN_HOUR) in str(refusal.value)
    services.claim(case.pk, by=colleague, now=now + HALF_AN_HOUR + SECOND)  # over, though the job has not come yet
    assert whose(case)[0] == colleague


def test_claiming_again_starts_the_minutes_anew_without_a_second_line(me, case, now):
    services.claim(case.pk, by=me, now=now)
    services.claim(case.pk, by=me, now=now + SECOND)
    assert whose(case)[1] == now + HALF_AN_HOUR + SECOND
    assert verbs(case).count("workorders.claimed") == 1


def test_what_i_was_handed_for_good_does_not_become_a_claim(owner, me, colleague, case, now):
    services.assign(case.pk, to=me, by=owner, now=now)
    services.claim(case.pk, by=me, now=now)
    assert whose(case) == (me, None)
    with pytest.raises(Blocked, match="in charge"):
        services.claim(case.pk, by=colleague, now=now)


def test_who_cant_answer_cant_claim(shop, case, now):
    for person in (make_member(shop, "finance"), make_member(make_shop("other"), "owner")):
        with pytest.raises(Forbidden):
            services.claim(case.pk, by=person, now=now)
        with pytest.raises(Forbidden):
            services.take_next(shop, by=person, now=now)


def test_a_late_or_an_answered_case_is_not_claimed(shop, owner, me, case, now):
    with pytest.raises(DeadlinePassed):
        services.claim(case.pk, by=me, now=case.due_at + SECOND)
    answered = factories.answer(factories.ask(shop, now), now, owner)
    with pytest.raises(IllegalMove):
        services.claim(answered.pk, by=me, now=now)


def test_working_on_it_makes_the_holders_claim_longer_and_nobody_elses(me, colleague, case, now):
    services.claim(case.pk, by=me, now=now)
    later = now + timedelta(minutes=20)
    factories.keep(case, later, colleague, note="theirs")
    assert whose(case)[1] == now + HALF_AN_HOUR
    factories.keep(case, later, me, note="mine")
    assert whose(case)[1] == later + HALF_AN_HOUR
    factories.lay_evidence(case, later + SECOND, me)
    assert whose(case) == (me, later + SECOND + HALF_AN_HOUR)


def test_a_seller_who_only_writes_claims_nothing(me, case, now):
    factories.keep(case, now, me, note="just a word")
    assert whose(case) == (None, None)


def test_an_answer_ends_the_claim_and_keeps_the_person(shop, owner, me, case, now):
    services.claim(case.pk, by=me, now=now)
    factories.answer(case, now, me)
    assert whose(case) == (me, None)
    agreed = factories.ask(shop, now)
    services.claim(agreed.pk, by=me, now=now)
    services.agree_refund(agreed.pk, version=None, by=owner, now=now)
    assert whose(agreed) == (me, None)


def test_a_forfeited_case_is_no_claim_any_more(shop, me, now):
    case = factories.ask_overdue(shop, now)
    services.claim(case.pk, by=me, now=case.due_at)
    services.forfeit_due(now)
    assert whose(case) == (me, None)


# take next


def test_take_next_gives_the_least_time_left_of_what_is_nobodys(shop, owner, me, colleague, now):
    slow = factories.ask(shop, now)
    quick = factories.ask(shop, now, type=WRONG_OR_MISSING)
    factories.ask_overdue(shop, now)
    handed = factories.ask(shop, now, type=WRONG_OR_MISSING)
    services.assign(handed.pk, to=colleague, by=owner, now=now)
    factories.ask(make_shop("other"), now, type=WRONG_OR_MISSING)
    assert [services.take_next(shop, by=me, now=now).pk for _ in range(2)] == [quick.pk, slow.pk]
    assert whose(quick) == (me, now + HALF_AN_HOUR)
    with pytest.raises(Blocked, match="No work order is waiting"):
        services.take_next(shop, by=me, now=now)


# giving back


def test_i_give_back_what_is_mine_and_nothing_else(me, colleague, case, now):
    services.claim(case.pk, by=me, now=now)
    with pytest.raises(Blocked, match=str(me)):
        services.release(case.pk, by=colleague, now=now)
    services.release(case.pk, by=me, now=now)
    assert whose(case) == (None, None)
    services.release(case.pk, by=me, now=now)
    assert verbs(case).count("workorders.released") == 1


def test_the_job_releases_what_ran_out_once(shop, me, case, now):
    services.claim(case.pk, by=me, now=now)
    services.claim(factories.ask(shop, now).pk, by=me, now=now + SECOND)
    assert services.release_claims(now + HALF_AN_HOUR) == {"released": 0}
    over = now + HALF_AN_HOUR + timedelta(milliseconds=1)
    assert services.release_claims(over) == {"released": 1}
    assert services.release_claims(over) == {"released": 0}
    assert whose(case) == (None, None)
    assert verbs(case).count("workorders.claim_ran_out") == 1


def test_what_was_handed_for_good_never_runs_out(owner, me, case, now):
    services.assign(case.pk, to=me, by=owner, now=now)
    assert services.release_claims(now + timedelta(days=1)) == {"released": 0}


# leaving


def test_whoever_leaves_gives_their_cases_back_and_leaders_are_told_once(shop, owner, me, now):
    cases = [factories.ask(shop, now) for _ in range(2)]
    queued = factories.ask(shop, now, order=cases[0].order, type=WRONG_OR_MISSING)
    done = factories.ask(shop, now)
    for case in [*cases, queued, done]:
        services.assign(case.pk, to=me, by=owner, now=now)
    services.agree_refund(done.pk, version=None, by=owner, now=now)
    administrator = make_member(shop, "administrator")
    end_membership(me.membership.pk, by=owner, now=now)
    assert {whose(case) for case in [*cases, queued]} == {(None, None)}
    assert whose(done)[0] == me  # it ended under them: that stays on record
    assert all("workorders.given_back" in verbs(case) for case in [*cases, queued])
    told = Notice.objects.filter(kind="workorders.given_back")
    assert {notice.user for notice in told} == {owner, administrator}
    assert {(notice.data["count"], notice.url.split("?")[1]) for notice in told} == {(3, "whose=unassigned")}
    assert "3" in sentence(told[0].kind, told[0].data)


def test_whoever_leaves_with_nothing_is_no_news(shop, owner, me, case, now):
    end_membership(me.membership.pk, by=owner, now=now)
    assert not Notice.objects.filter(kind="workorders.given_back").exists()


def test_leaving_one_shop_keeps_the_cases_of_another(shop, owner, me, case, now):
    other = make_shop("other")
    Membership.objects.create(shop=other, user=me, role="service")
    theirs = factories.ask(other, now)
    for one in (case, theirs):
        services.claim(one.pk, by=me, now=now)
    end_membership(me.membership.pk, by=owner, now=now)
    assert (whose(case)[0], whose(theirs)[0]) == (None, me)


def test_a_person_switched_off_by_the_platform_gives_back_everywhere(shop, me, case, now):
    other = make_shop("other")
    Membership.objects.create(shop=other, user=me, role="service")
    theirs = factories.ask(other, now)
    for one in (case, theirs):
        services.claim(one.pk, by=me, now=now)
    me.is_active = False
    me.save(update_fields=["is_active"])
    note_person_revised(me, changed=["is_active"], by=make_superuser(), now=now)
    assert [whose(one) for one in (case, theirs)] == [(None, None)] * 2


def test_a_case_with_a_stranger_in_charge_is_found(case, me, now):
    services.claim(case.pk, by=me, now=now)
    assert list(people_agree()) == []
    WorkOrder.objects.filter(pk=case.pk).update(assigned_to=make_member(make_shop("other"), "owner"))
    [found] = people_agree()
    assert case.number in found


def test_the_upgrade_gives_back_what_people_who_had_left_still_held(shop, case, me, colleague, now):
    """Before this release leaving gave nothing back; migration 0007 does it for those who had left."""
    off, kept = factories.ask(shop, now), factories.ask(shop, now)
    gone, idle = make_member(shop, "service", "gone"), make_member(shop, "service", "idle")
    for one, person in ((case, gone), (off, idle), (kept, me)):
        services.assign(one.pk, to=person, by=None, now=now)
    Membership.objects.filter(user=gone).update(ended_at=now)
    type(idle).objects.filter(pk=idle.pk).update(is_active=False)
    import_module("workorders.migrations.0007_given_back").give_back(apps, None)
    assert [whose(one)[0] for one in (case, off, kept)] == [None, None, me]
    assert list(people_agree()) == []
    assert Entry.objects.filter(verb="workorders.given_back").count() == 2


def test_a_claim_of_an_answered_or_nobodys_case_is_refused_by_the_database(me, case, now):
    with pytest.raises(Exception, match="workorders_claim_is_somebodys"):
        WorkOrder.objects.filter(pk=case.pk).update(claimed_until=now)


def test_a_reviewer_asking_for_more_finds_the_same_person_in_charge(shop, me, case, now):
    services.claim(case.pk, by=me, now=now)
    factories.answer(case, now, me)
    services.decide(
        case.pk, outcome="more", reason="unreadable", note="again", version=None,
        by=make_reviewer(), now=now + SECOND,
    )
    assert whose(case) == (me, None)
