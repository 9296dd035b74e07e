"""An answer that sends the goods again makes their parcel; answers from before parcels get theirs by a command."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from foundation.lifecycle.errors import Blocked
from logistics.models import Parcel
from logistics.states import ParcelKind
from logistics.tests.factories import make_parcel
from orders.models import Order
from workorders import services
from workorders.models import Answer
from workorders.rule_rows import NO_TRACE, WORRY, WRONG_OR_MISSING
from workorders.services.reshipping import backfill_chunk
from workorders.states import Branch

from . import factories

pytestmark = pytest.mark.django_db
NUMBER = "SF1234567890123"


def reships(case):
    return Parcel.objects.filter(order=case.order_id, kind=ParcelKind.RESHIP)


def send_again(shop, now, number=NUMBER, **said):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    case = factories.keep(
        case, now, branch=Branch.RESHIP, note="again", reship_carrier="顺丰速运", reship_number=number, **said
    )
    services.submit_answer(case.pk, branch=Branch.RESHIP, version=case.version, by=None, now=now)
    return case


def test_a_reship_answer_makes_the_parcel_with_its_carrier_and_number(shop, now):
    parcel = reships(send_again(shop, now, "sf 1234567890123")).get()
    assert (parcel.tracking_number, parcel.carrier.code, parcel.cost_minor) == (NUMBER, "sf", 0)
    assert parcel.numbered_at == now


def test_an_option_that_asks_for_a_number_makes_it_too(shop, now):
    case = factories.ask(shop, now, type=NO_TRACE, order=factories.in_transit(shop, now))
    factories.choose(case, now, "reshipped", reship_carrier="顺丰速运", reship_number=NUMBER, note="sent")
    assert reships(case).get().tracking_number == NUMBER


def test_the_same_number_in_a_later_stage_is_the_same_parcel_and_another_one_another(shop, now):
    case = factories.acknowledge(factories.ask(shop, now, type=WORRY, order=factories.in_transit(shop, now)), now)
    factories.choose(case, now, "reshipped", reship_number=NUMBER)
    factories.choose(case, now, "reshipped", reship_number=NUMBER)
    assert reships(case).count() == 1


def test_a_number_no_carrier_could_have_given_is_blocked_and_makes_nothing(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    case = factories.keep(case, now, branch=Branch.RESHIP, note="again", reship_number="单号")
    with pytest.raises(Blocked):
        services.submit_answer(case.pk, branch=Branch.RESHIP, version=case.version, by=None, now=now)
    assert not reships(case).exists()
    assert not Answer.objects.exists()


def test_answers_from_before_parcels_get_theirs_once_as_of_their_day(shop, now):
    cases = [send_again(shop, now, f"SF{place:013d}") for place in range(3)]
    Parcel.objects.filter(kind=ParcelKind.RESHIP).delete()
    earlier = now - timedelta(days=40)
    Answer.objects.update(submitted_at=earlier)
    out = StringIO()
    call_command("make_reship_parcels", "--chunk", "2", stdout=out)
    assert "3 reship parcels made, 0 answers left out" in out.getvalue()
    assert [reships(case).get().created_at for case in cases] == [earlier] * 3
    call_command("make_reship_parcels", stdout=out)
    assert "0 reship parcels made, 0 answers left out" in out.getvalue()


def test_an_earlier_answer_whose_number_can_be_no_parcels_is_named_and_left(shop, now):
    case, good = send_again(shop, now), send_again(shop, now, "SF0000000000001")
    Parcel.objects.filter(kind=ParcelKind.RESHIP).delete()
    Answer.objects.filter(work_order=case).update(reship_number="?")
    done = backfill_chunk(0)
    assert [number for number, _why in done.refused] == [case.number]
    assert done.made == 1
    assert reships(good).exists()
    assert backfill_chunk(done.last).last == 0


def test_other_answers_make_no_parcel(shop, now):
    case = factories.answer(factories.ask(shop, now), now)
    assert not reships(case).exists()
    assert backfill_chunk(0).last == 0


def test_a_number_of_another_order_warns_and_goes_out(shop, now):
    other = make_parcel(shop, now, tracking_number=NUMBER)
    case = send_again(shop, now)
    warnings = Answer.objects.get(work_order=case).warnings
    assert [one["code"] for one in warnings] == ["number_used_elsewhere"]
    assert Order.objects.get(pk=other.order_id).number in warnings[0]["sentence"]
    assert reships(case).exists()
