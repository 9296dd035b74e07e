import re

import pytest

from foundation.accounts.tests.factories import make_member, make_reviewer, make_shop
from foundation.shell.urls_for import shop_url
from orders.models import Refund
from workorders import services
from workorders.models import Answer, Draft, WorkOrder, WorkOrderPolicy
from workorders.rule_rows import RETURN_RECEIVED, WRONG_OR_MISSING
from workorders.services import evidence
from workorders.states import Branch, Outcome, Reason, Status

from . import factories


def url(case, name="work-order"):
    return shop_url(case.shop, f"workorders:{name}", number=case.number)


@pytest.fixture
def client(owner, sign_in):
    return sign_in(owner)


@pytest.fixture
def case(shop, now):
    return factories.ask(shop, now)


def test_the_platforms_words_stand_verbatim_with_the_vouchers_they_name_linked(client, case):
    page = client.get(url(case)).content.decode()
    block = re.search(r'<blockquote class="verbatim">(.*?)</blockquote>', page, re.S).group(1)
    assert re.sub(r"<[^>]+>", "", block) == factories.QUESTION
    assert re.findall(r"#slot-(\w+)", block) == ["shipping_slip", "sign_off_proof"]


def test_the_words_of_the_platform_are_text_not_markup(client, shop, now):
    case = factories.ask(shop, now, platform_text="<script>alert(1)</script>")
    assert b"<script>alert" not in client.get(url(case)).content


def test_clock_and_what_happens_at_the_end_stand_together(client, case):
    page = client.get(url(case)).content.decode()
    assert 'data-due="' in page
    assert "¥125.00" in page


def test_every_state_and_branch_draws(client, shop, now):
    for branch in ("evidence", "agree_refund", "negotiated", "reship", "acknowledge", "choice", "nonsense"):
        for type, _name in WorkOrderPolicy.objects.names(now):
            assert client.get(url(factories.ask(shop, now, type=type)) + f"?branch={branch}").status_code == 200


def test_another_shops_case_does_not_exist(client, now):
    theirs = factories.ask(make_shop("other"), now)
    for name in ("work-order", "confirmation", "agreement"):
        mine = url(theirs, name).replace("/s/other/", "/s/qinghe/")
        assert client.get(mine).status_code == 404
    for name in ("save-draft", "submit-answer", "agree-refund", "assign-work-order", "prepare-answer"):
        mine = url(theirs, name).replace("/s/other/", "/s/qinghe/")
        assert client.post(mine, {"version": 1}).status_code == 404


def test_a_draft_is_kept_and_nothing_goes_out(client, case, owner):
    answer = client.post(url(case, "save-draft"), {"branch": "evidence", "version": 1, "note": "wait", "go": "keep"})
    assert answer.status_code == 302
    assert Draft.objects.get().note == "wait"
    assert not Answer.objects.exists()
    assert "wait" in client.get(url(case)).content.decode()


def test_a_stale_draft_is_refused_with_the_typed_words_kept(client, case, owner, now):
    factories.keep(case, now, by=owner, note="the colleague's words")
    answer = client.post(url(case, "save-draft"), {"branch": "evidence", "version": 1, "note": "my words"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "my words" in page
    assert "the colleague&#x27;s words" in page
    assert Draft.objects.get().note == "the colleague's words"


@pytest.mark.parametrize("amount", ["12.345", "1e3", "-1", "abc", "¥"])
def test_an_amount_that_is_none_is_refused_and_kept(client, shop, now, amount):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    answer = client.post(url(case, "save-draft"), {"branch": "negotiated", "version": 1, "agreed_minor": amount})
    assert answer.status_code in (422, 302)
    if answer.status_code == 422:
        assert f'value="{amount}"' in answer.content.decode()
        assert not Draft.objects.exists()


def test_the_warehouse_may_draft_not_submit(shop, case, sign_in):
    client = sign_in(make_member(shop, "warehouse"))
    assert client.post(url(case, "save-draft"), {"branch": "evidence", "version": 1}).status_code == 302
    assert client.post(url(case, "submit-answer"), {"version": 2}).status_code == 403
    assert not Answer.objects.exists()


def test_service_may_not_agree_to_a_refund(shop, case, sign_in):
    client = sign_in(make_member(shop, "service"))
    assert client.get(url(case, "agreement")).status_code == 403
    assert client.post(url(case, "agree-refund"), {"version": 1}).status_code == 403
    assert not Refund.objects.exists()


def test_the_whole_way_from_desk_to_submit(client, case, owner, now):
    factories.lay_evidence(case, now, owner)
    answer = client.post(
        url(case, "save-draft"),
        {"branch": "evidence", "version": 1, "go": "confirm", "checklist": ["sign_off_proof.handwritten"]},
    )
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    sheet = evidence.compose_sheet(case.pk, by=owner, now=now)
    assert str(sheet.file.uuid) in page
    assert sheet.inputs_hash in page
    typed = {"version": 2, "sheet_hash": sheet.inputs_hash, "seen_warnings": "on", "tail": case.order.number[-4:]}
    assert client.post(url(case, "submit-answer"), typed).status_code == 302
    case.refresh_from_db()
    assert case.status == Status.ANSWERED
    again = client.post(url(case, "submit-answer"), typed)
    assert again.status_code == 409
    assert Answer.objects.count() == 1


def test_without_the_typed_characters_nothing_goes_out(client, case, owner, now):
    factories.lay_evidence(case, now, owner)
    kept = factories.keep(case, now, owner)
    sheet = evidence.compose_sheet(case.pk, by=owner, now=now)
    typed = {"version": kept.version, "sheet_hash": sheet.inputs_hash, "seen_warnings": "on", "tail": "xxxx"}
    assert client.post(url(case, "submit-answer"), typed).status_code == 422
    assert client.post(url(case, "submit-answer"), typed | {"tail": case.order.number[-4:], "seen_warnings": ""}).status_code == 422
    assert not Answer.objects.exists()


def test_agreeing_takes_a_second_look_and_happens_once(client, case):
    page = client.get(url(case, "agreement"))
    assert page.status_code == 200
    assert "¥125.00" in page.content.decode()
    typed = {"version": 1, "tail": case.order.number[-4:]}
    assert client.post(url(case, "agree-refund"), typed).status_code == 302
    assert client.post(url(case, "agree-refund"), typed).status_code == 409
    assert Refund.objects.count() == 1
    assert WorkOrder.objects.get(pk=case.pk).status == Status.SETTLED


def test_too_late_is_a_sentence_and_a_409(client, shop, now):
    case = factories.ask_overdue(shop, now)
    for name in ("save-draft", "agree-refund"):
        answer = client.post(url(case, name), {"branch": "evidence", "version": 1, "tail": case.order.number[-4:]})
        assert answer.status_code == 409
    assert not Draft.objects.exists()
    assert not Refund.objects.exists()


@pytest.mark.parametrize("version", ["", "abc", "0", "99999999999999999999", "²"])
def test_a_version_that_is_none_gives_no_500(client, case, version):
    assert client.post(url(case, "save-draft"), {"branch": "evidence", "version": version}).status_code in (409, 422)
    assert not Draft.objects.exists()


def test_every_page_of_an_ended_case_draws(client, shop, owner, now):
    answered = factories.answer(factories.ask(shop, now), now, owner)
    for name in ("work-order", "confirmation", "agreement"):
        assert client.get(url(answered, name)).status_code == 200
    assert str(Branch.EVIDENCE.label) in client.get(url(answered)).content.decode()


def test_a_case_is_handed_to_a_colleague(client, shop, case):
    colleague = make_member(shop, "service")
    answer = client.post(url(case, "assign-work-order"), {"to": colleague.membership.pk})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.assigned_to == colleague
    assert client.post(url(case, "assign-work-order"), {"to": "999999"}).status_code == 422
    assert client.post(url(case, "assign-work-order"), {"to": ""}).status_code == 302
    case.refresh_from_db()
    assert case.assigned_to is None


def test_a_talk_recorded_here_leads_back_here_and_can_be_chosen(client, shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    page = client.get(url(case) + "?branch=negotiated").content.decode()
    back = re.search(r'name="next" value="([^"]+#contacts)"', page).group(1)
    key = re.search(r'name="request_key" value="([^"]+)"', page).group(1)
    answer = client.post(
        shop_url(shop, "orders:record-contact", number=case.order.number),
        {"who": "buyer", "channel": "phone", "said": "退四十元", "request_key": key, "next": back},
    )
    assert answer["Location"] == url(case) + "?branch=negotiated#contacts"
    assert "退四十元" in client.get(answer["Location"]).content.decode()
    contact = case.order.contacts.get()
    kept = {"branch": "negotiated", "version": 1, "contact": contact.pk, "agreed_minor": "40", "go": "confirm"}
    assert client.post(url(case, "save-draft"), kept).status_code == 302
    page = client.get(url(case, "confirmation")).content.decode()
    assert "¥40.00" in page
    typed = {"version": 2, "tail": case.order.number[-4:]}
    assert client.post(url(case, "submit-answer"), typed).status_code == 302
    assert Refund.objects.get().amount_minor == 4000


def test_the_page_takes_at_most_twelve_queries(client, case, owner, now, django_assert_max_num_queries):
    factories.lay_evidence(case, now, owner)
    factories.keep(case, now, owner)
    client.get(url(case))
    with django_assert_max_num_queries(12):
        client.get(url(case))


def test_what_the_platform_still_wants_stands_on_top(client, case, owner, now):
    reviewer = make_reviewer()
    later = factories.answer(case, now, by=owner)
    services.decide(
        later.pk, outcome=Outcome.MORE, reason=Reason.UNREADABLE, note="the slip, sharper please", by=reviewer, now=now,
        version=later.version,
    )
    page = client.get(url(case)).content.decode()
    assert page.index("the slip, sharper please") < page.index('class="verbatim"')


def test_an_answered_case_leads_to_the_next_one_to_answer(client, case, shop, owner, now):
    factories.answer(case, now, by=owner)
    english = {"Accept-Language": "en"}
    assert "Next work order to answer" not in client.get(url(case), headers=english).content.decode()
    other = factories.ask(shop, now)
    page = client.get(url(case), headers=english).content.decode()
    assert f'action="{shop_url(shop, "workorders:take-next")}"' in page, "nobody's: it is taken, not only looked at"
    services.claim(other.pk, by=owner, now=now)
    page = client.get(url(case), headers=english).content.decode()
    assert f'href="{url(other)}"' in page and "Next work order to answer" in page


def test_nobody_lands_on_a_way_to_answer_that_is_not_theirs(client, shop, now, sign_in):
    case = factories.ask(shop, now, type=RETURN_RECEIVED)
    assert client.get(url(case)).context["branch"] == Branch.AGREE_REFUND
    service = sign_in(make_member(shop, "service")).get(url(case))
    assert service.context["branch"] == Branch.CHOICE


def test_the_number_whose_end_is_typed_stands_on_the_page_that_asks_for_it(client, shop, now):
    case = factories.ask(shop, now, type=RETURN_RECEIVED)
    assert case.order.number in client.get(url(case, "agreement")).content.decode()
