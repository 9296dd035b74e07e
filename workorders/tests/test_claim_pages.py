"""The queue's buttons, the panel of the case page, and who else is on it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.shell.urls_for import shop_url
from workorders import services
from workorders.models import Presence
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.services import presence
from workorders.whose import Whose

from . import factories

SECOND = timedelta(seconds=1)


@pytest.fixture
def me(shop):
    return make_member(shop, "service")


@pytest.fixture
def colleague(shop):
    return make_member(shop, "warehouse")


@pytest.fixture
def client(me, sign_in_in_english):
    return sign_in_in_english(me)


@pytest.fixture
def case(shop, now):
    return factories.ask(shop, now)


def url(case, name="work-order"):
    return shop_url(case.shop, f"workorders:{name}", number=case.number)


def numbers(page):
    return {row.number for row in page.context["page"].rows}


# the queue


def test_take_next_leads_to_the_case_with_the_least_time_left(client, shop, me, now):
    factories.ask(shop, now)
    quick = factories.ask(shop, now, type=WRONG_OR_MISSING)
    answer = client.post(shop_url(shop, "workorders:take-next"))
    assert (answer.status_code, answer.url) == (302, url(quick))
    quick.refresh_from_db()
    assert quick.assigned_to == me


def test_with_nothing_left_the_list_says_so(client, shop):
    page = client.post(shop_url(shop, "workorders:take-next"), follow=True)
    assert page.redirect_chain[0][0] == shop_url(shop, "workorders:work-orders")
    assert "No work order is waiting" in page.content.decode()


def test_mine_unassigned_and_a_colleagues_are_filters_of_the_list(client, shop, owner, me, colleague, now):
    cases = [factories.ask(shop, now) for _ in range(3)]
    services.claim(cases[0].pk, by=me, now=now)
    services.assign(cases[1].pk, to=colleague, by=owner, now=now)
    page = shop_url(shop, "workorders:work-orders")
    found = [numbers(client.get(page, {"whose": name})) for name in ("mine", colleague.username, "unassigned")]
    assert found == [{case.number} for case in cases]
    assert "?whose=mine" in client.get(page).content.decode()


def test_a_stranger_or_nonsense_is_no_person_to_filter_by(client, shop, case):
    stranger = make_member(make_shop("other"), "owner")
    for name in (stranger.username, "nobody-at-all", "' OR 1=1", "x" * 300):
        page = client.get(shop_url(shop, "workorders:work-orders"), {"whose": name})
        assert numbers(page) == {case.number}


def test_the_people_are_asked_for_only_when_the_bar_opens(client, shop, owner, colleague):
    Membership.objects.filter(user=colleague).update(ended_at=colleague.date_joined)
    page = shop_url(shop, "workorders:work-orders")
    assert colleague.username not in client.get(page).content.decode()
    opened = client.get(page, {"filters": "1"}).content.decode()
    assert f'value="{colleague.username}"' in opened  # who left too: old cases carry their name


def test_finance_sees_no_take_next(shop, sign_in_in_english):
    page = sign_in_in_english(make_member(shop, "finance")).get(shop_url(shop, "workorders:work-orders")).content.decode()
    assert "take-next" not in page
    assert "?whose=unassigned" in page


# the case page


def test_claim_and_give_back_by_two_clicks(client, case, me):
    assert 'claim/"' in client.get(url(case)).content.decode()
    assert client.post(url(case, "claim-work-order"), {"next": url(case, "desk")}).url == url(case, "desk")
    assert client.post(url(case, "claim-work-order"), {"next": "//evil.example/"}).url == url(case)
    page = client.get(url(case)).content.decode()
    assert "Yours until" in page
    assert 'claim/"' not in page
    assert client.post(url(case, "release-work-order")).url == url(case)
    case.refresh_from_db()
    assert case.assigned_to is None


def test_a_claimed_case_says_so_and_a_second_claim_is_409_with_the_name(client, case, colleague, now):
    services.claim(case.pk, by=colleague, now=now)
    page = client.get(url(case)).content.decode()
    assert f"{colleague} is on it until" in page
    assert 'claim/"' not in page
    for name in ("claim-work-order", "release-work-order"):
        answer = client.post(url(case, name))
        assert answer.status_code == 409
        assert str(colleague) in answer.content.decode()


def test_who_may_not_answer_has_no_button(shop, case, sign_in_in_english):
    page = sign_in_in_english(make_member(shop, "finance")).get(url(case)).content.decode()
    assert 'claim/"' not in page and 'release/"' not in page and "assign=1" not in page


def test_an_ended_case_offers_nothing(client, owner, case, now):
    services.agree_refund(case.pk, version=None, by=owner, now=now)
    page = client.get(url(case)).content.decode()
    assert 'claim/"' not in page and "assign=1" not in page and "data-presence" not in page
    assert client.post(url(case, "claim-work-order")).status_code == 409
    assert client.post(url(case, "assign-work-order"), {"to": ""}).status_code == 409


def test_the_next_to_answer_is_nobody_elses(client, shop, owner, colleague, case, now):
    theirs = factories.ask(shop, now, type=WRONG_OR_MISSING)
    services.claim(theirs.pk, by=colleague, now=now)
    free = factories.ask(shop, now)
    services.agree_refund(case.pk, version=None, by=owner, now=now)
    assert client.get(url(case)).context["next_case"] == free


# who else is on it


def test_reading_a_page_writes_nothing(client, case):
    client.get(url(case))
    client.get(url(case, "desk"))
    assert not Presence.objects.exists()


def test_the_poll_marks_me_and_shows_the_others(client, me, colleague, case, sign_in_in_english):
    assert str(me) not in client.post(url(case, "mark-presence")).content.decode()
    seen = sign_in_in_english(colleague).post(url(case, "mark-presence")).content.decode()
    assert f"{me} has it open since" in seen
    for name in ("work-order", "desk"):
        assert f"{me} has it open since" in sign_in_in_english(colleague).get(url(case, name)).content.decode()
        assert "data-presence" in client.get(url(case, name)).content.decode()


def test_what_the_page_shows_already_is_answered_with_nothing(client, colleague, case, sign_in_in_english):
    assert client.post(url(case, "mark-presence"), {"shown": ""}).status_code == 204
    sign_in_in_english(colleague).post(url(case, "mark-presence"))
    news = client.post(url(case, "mark-presence"), {"shown": ""})
    assert news.status_code == 200
    shown = news.context["whose"].mark
    assert client.post(url(case, "mark-presence"), {"shown": shown}).status_code == 204


def test_a_claim_of_a_colleague_is_news_too(client, colleague, case, now):
    services.claim(case.pk, by=colleague, now=now)
    assert "is on it until" in client.post(url(case, "mark-presence"), {"shown": ""}).content.decode()


def test_after_ninety_seconds_somebody_is_gone(case, me, colleague, now):
    presence.mark(case, by=colleague, now=now)
    assert [one.user for one in presence.others_on(case, but=me, now=now + 89 * SECOND)] == [colleague]
    assert presence.others_on(case, but=me, now=now + 90 * SECOND) == []
    assert presence.others_on(case, but=colleague, now=now) == []


def test_one_row_each_since_they_came(case, me, now):
    for seconds in (0, 30, 200):
        presence.mark(case, by=me, now=now + seconds * SECOND)
    [row] = Presence.objects.all()
    assert (row.since, row.seen_at) == (now, now + 200 * SECOND)
    later = now + timedelta(hours=1)
    presence.mark(case, by=me, now=later)
    [row] = Presence.objects.all()
    assert (row.since, row.seen_at) == (later, later)


def test_whoever_saves_is_seen_without_a_script(case, me, colleague, now):
    factories.keep(case, now, colleague, note="words")
    assert [one.user for one in Whose(case, me, now).also_here] == [colleague]


def test_rows_older_than_a_day_are_swept_once(case, me, colleague, now):
    presence.mark(case, by=me, now=now - timedelta(days=1, seconds=1))
    presence.mark(case, by=colleague, now=now - timedelta(hours=23))
    assert presence.sweep(now) == {"swept": 1}
    assert presence.sweep(now) == {"swept": 0}
    assert [row.user for row in Presence.objects.all()] == [colleague]


def test_many_on_one_case_take_no_query_each(client, shop, case, now):
    client.get(url(case))
    with CaptureQueriesContext(connection) as alone:
        client.get(url(case))
    for name in "abcd":
        presence.mark(case, by=make_member(shop, "service", name), now=now)
    with CaptureQueriesContext(connection) as crowded:
        client.get(url(case))
    assert len(crowded) == len(alone)
