"""The cells of the package centre's list: flat rows, their columns by ORM path (`row.order__number`)."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, clamp, copied, label, link, state_of, sub, text, when, word
from foundation.shell.words import language
from orders.states import AfterSaleState

from .models import Interception, Parcel
from .states import Anomaly, ParcelKind, ParcelState

Cell = SafeString | str
NUMBER_MISSING, NO_SCAN_YET = gettext_noop("Shipped, number missing"), gettext_noop("No scan yet")
AFTER_SALE = gettext_noop("After-sale")
TONES = {Anomaly.LOST: "danger", Anomaly.DISPUTED: "danger", Anomaly.UNEXPECTED_RETURN: "danger"}


def name_of(name_zh: str | None, name_en: str | None) -> str:
    """A carrier's name in the reader's language; "" for none."""
    return (name_zh if str(language()).startswith("zh") else name_en) or ""


def number(row: Any, page: Any) -> Cell:
    """The tracking number opens the parcel; the parcel's own number while it has none."""
    url = page.link_to("logistics:parcel")(row.number)
    opened = link(url, row.tracking_number or row.number, "mono")
    kind = badge(label(ParcelKind, row.kind), "info") if row.kind != ParcelKind.FIRST else ""
    if not row.tracking_number:
        missing = badge(word(NUMBER_MISSING), "warning") if row.status == ParcelState.LABEL else EMPTY
        return SafeString(f"{opened} {kind}{sub(missing)}")
    carrier = name_of(row.carrier__name_zh, row.carrier__name_en) or row.order__carrier or EMPTY
    return SafeString(f"{opened} {copied(row.tracking_number)} {kind}{sub(carrier)}")


def order(row: Any, page: Any) -> Cell:
    opened = link(page.link_to("orders:order")(row.order__number), row.order__number, "mono")
    return SafeString(f"{opened} {copied(row.order__number)}{sub(row.order__item_title or EMPTY, 'ellipsis')}")


def status(row: Any, page: Any) -> Cell:
    found = [state_of(Parcel, row.status)]
    if row.anomaly:
        found.append(f" {badge(label(Anomaly, row.anomaly), TONES.get(row.anomaly, 'warning'))}")
    if row.interception_status:
        found.append(f" {state_of(Interception, row.interception_status)}")
    if row.order__after_sale_state:
        found.append(sub(SafeString(f"{word(AFTER_SALE)}: {label(AfterSaleState, row.order__after_sale_state)}")))
    return SafeString("".join(found))


def scan(row: Any, page: Any) -> Cell:
    """What the carrier said last, and when."""
    if not row.last_scan_at:
        return SafeString(f'<span class="text-muted">{word(NO_SCAN_YET)}</span>')
    return SafeString(f"{clamp(row.last_scan_text or EMPTY)}{sub(when(row.last_scan_at))}")


def province(row: Any, page: Any) -> Cell:
    return row.province or EMPTY


def made(row: Any, page: Any) -> Cell:
    return when(row.created_at)


def shipped(row: Any, page: Any) -> Cell:
    return when(row.shipped_at)


def numbered(row: Any, page: Any) -> Cell:
    return when(row.numbered_at)


def signed(row: Any, page: Any) -> Cell:
    return when(row.signed_at)


def parcel(row: Any, page: Any) -> Cell:
    return SafeString(f'<span class="mono">{text(row.number)}</span>')
