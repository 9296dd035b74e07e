"""Numbers typed row by row, or pasted as lines, and entered at once."""

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from logistics.models import Parcel
from logistics.services.shipping import ship_order
from logistics.states import ParcelKind
from logistics.tests.factories import carrier, make_parcel, to_ship
from logistics.uploads import table
from orders.models import Order
from orders.states import OrderState

pytestmark = pytest.mark.django_db
NEW, NEXT, THIRD = "73100000000011", "73100000000012", "73100000000013"


def url(shop):
    return f"/s/{shop.code}/shipping/numbers/enter/"


def rows(*lines, **more):
    """What the form sends: (order, carrier, number[, parcel[, warned]]) a row."""
    said = {name: [] for name in table.FIELDS}
    for order, carrier_code, number, *rest in lines:
        parcel, warned = (*rest, "", "")[:2]
        for name, value in zip(table.FIELDS, (order.number, parcel, carrier_code, number, warned), strict=True):
            said[name].append(value)
    return said | more


def offline(shop, owner, now):
    """Handed over, its number missing."""
    order = to_ship(shop, now)
    ship_order(order.pk, by=owner, now=now)
    return order


def test_every_row_is_entered_and_one_refused_stays_with_its_reason(shop, owner, sign_in_in_english, now):
    waiting, missing, bad = to_ship(shop, now), offline(shop, owner, now), offline(shop, owner, now)
    client = sign_in_in_english(owner)
    said = rows((waiting, "zto", NEW), (missing, "zto", NEXT), (bad, "zto", "x"))
    answer = client.post(url(shop), said)
    page = answer.content.decode()
    assert answer.status_code == 422 and "6 to 32 letters" in page and "2 tracking numbers entered." in page
    assert bad.number in page and waiting.number not in page, "only what is left to do stands there"
    assert Parcel.objects.get(order=missing).tracking_number == NEXT
    assert Order.objects.get(pk=waiting.pk).status == OrderState.SHIPPED
    assert Parcel.objects.get(order=bad).tracking_number == ""
    answer = client.post(url(shop), rows((bad, "zto", THIRD)))
    assert answer.status_code == 302 and Parcel.objects.get(order=bad).tracking_number == THIRD


def test_the_same_rows_again_change_nothing(shop, owner, sign_in_in_english, now):
    order, client = to_ship(shop, now), sign_in_in_english(owner)
    assert client.post(url(shop), rows((order, "zto", NEW))).status_code == 302
    version = Parcel.objects.get(order=order).version
    answer = client.post(url(shop), rows((order, "zto", NEW)))
    assert answer.status_code == 422 and "Nothing was entered" in answer.content.decode()
    assert Parcel.objects.get(order=order).version == version


def test_a_strange_number_is_entered_once_its_warning_was_seen(shop, owner, sign_in_in_english, now):
    order, client = to_ship(shop, now), sign_in_in_english(owner)
    strange = "YT1234567890123"
    answer = client.post(url(shop), rows((order, "zto", strange)))
    assert answer.status_code == 422 and "looks like a number of YTO" in answer.content.decode()
    assert not Parcel.objects.filter(tracking_number=strange).exists()
    mark = answer.context["lines"][0].warned
    assert client.post(url(shop), rows((order, "sf", strange, "", mark))).status_code == 422, "another carrier, unseen"
    assert client.post(url(shop), rows((order, "zto", strange, "", mark))).status_code == 302
    assert Parcel.objects.get(order=order).tracking_number == strange


def test_a_reship_gets_its_own_number_and_not_the_first_ones(shop, owner, sign_in_in_english, now):
    first = make_parcel(shop, now)
    again = make_parcel(
        shop, now, order=first.order, kind=ParcelKind.RESHIP, tracking_number="", status="label", carrier=None
    )
    client = sign_in_in_english(owner)
    own = rows((first.order, "zto", first.tracking_number, again.number))
    assert client.post(url(shop), own).status_code == 422
    assert client.post(url(shop), rows((first.order, "zto", NEW, again.number))).status_code == 302
    assert Parcel.objects.get(pk=again.pk).tracking_number == NEW
    assert Parcel.objects.get(pk=first.pk).tracking_number == first.tracking_number
    assert client.post(url(shop), rows((first.order, "zto", NEXT, "PCNOBODYS"))).status_code == 422


def test_the_carrier_of_all_fills_only_the_open_ones(shop, owner, sign_in, now):
    one, two = to_ship(shop, now), to_ship(shop, now)
    said = rows((one, "", NEW), (two, "yto", "YT1234567890123"), carrier_of_all="zto")
    assert sign_in(owner).post(url(shop), said).status_code == 302
    assert [Parcel.objects.get(order=order).carrier.code for order in (one, two)] == ["zto", "yto"]


def test_pasted_lines_come_into_the_table_and_nothing_is_entered(shop, owner, sign_in_in_english, now):
    stands, added, odd = to_ship(shop, now), to_ship(shop, now), to_ship(shop, now)
    pasted = f"{stands.number}\t中通\t{NEW}\n{added.number}, ZTO Express, {NEXT}\n{odd.number} nobody {THIRD}\nrubbish\nX1 {NEW}\n"
    answer = sign_in_in_english(owner).post(url(shop), rows((stands, "", ""), step="paste", paste=pasted))
    lines = answer.context["lines"]
    assert [(one.order, one.carrier, one.number) for one in lines] == [
        (stands.number, "zto", NEW), (added.number, "zto", NEXT), (odd.number, "", THIRD), ("X1", "", NEW),
    ]  # fmt: skip
    assert "Unknown carrier “nobody”" in lines[2].problem and "no order of that number" in lines[3].problem
    assert answer.context["unread"] == ["rubbish"]
    assert not Parcel.objects.filter(tracking_number__in=[NEW, NEXT]).exists()


def test_ticked_rows_of_either_list_stand_in_the_table(shop, owner, sign_in, now):
    waiting, parcel = to_ship(shop, now), make_parcel(shop, now, carrier=carrier("sf"))
    foreign = to_ship(make_shop("other"), now)
    client = sign_in(owner)
    ticked = {"id": [waiting.number, foreign.number], "list_query": "tab=all"}
    assert [one.order for one in client.post(url(shop) + "?list=orders", ticked).context["lines"]] == [waiting.number]
    ticked = {"id": [parcel.number], "list_query": "tab=all"}
    (line,) = client.post(url(shop) + "?list=parcels", ticked).context["lines"]
    assert (line.order, line.carrier, line.number) == (parcel.order.number, "sf", parcel.tracking_number)
    assert client.post(url(shop) + "?list=parcels", {"list_query": ""}).status_code == 302
    assert client.post(url(shop) + "?list=losses", ticked).status_code == 404


def test_all_that_match_are_as_many_as_the_table_takes(shop, owner, sign_in, now, monkeypatch):
    monkeypatch.setattr(table, "MOST", 2)
    for _one in range(3):
        to_ship(shop, now)
    answer = sign_in(owner).post(url(shop) + "?list=orders", {"scope": "all", "list_query": "tab=to_ship"})
    assert len(answer.context["lines"]) == 2 and answer.context["more"]


def test_by_itself_the_page_offers_what_lacks_its_number(shop, owner, sign_in, now):
    missing = offline(shop, owner, now)
    make_parcel(shop, now)
    assert [one.order for one in sign_in(owner).get(url(shop)).context["lines"]] == [missing.number]


def test_another_shops_orders_and_parcels_are_not_there(shop, owner, sign_in, now):
    other = make_shop("other")
    foreign, parcel = to_ship(other, now), make_parcel(other, now)
    Parcel.objects.filter(pk=parcel.pk).update(kind=ParcelKind.RESHIP)
    client = sign_in(owner)
    assert client.post(url(shop), rows((foreign, "zto", NEW))).status_code == 422
    assert client.post(url(shop), rows((foreign, "zto", NEW, parcel.number))).status_code == 422
    assert not Parcel.objects.filter(tracking_number=NEW).exists()


def test_who_may_not_ship_sees_no_button_and_no_page(shop, sign_in, now):
    client = sign_in(make_member(shop, "finance"))
    assert client.get(url(shop)).status_code == 403
    assert "numbers/enter" not in client.get(f"/s/{shop.code}/orders/").content.decode()
