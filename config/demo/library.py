"""An evidence library with something in it: slips kept in reserve, a chat on a contact record, one picture long gone."""

from datetime import datetime, timedelta
from typing import Any

from foundation.files import services as files
from foundation.files.models import Purpose, Removal
from orders.models import Channel, Order, Party
from orders.services import record_contact
from workorders.services import library

from . import pictures

RESERVE = (("weighing_dispatch", "出库前称重，面单和读数同框"), ("shipping_slip", "发货底单，仓库存档联"))
LONG_AGO, BEFORE = timedelta(days=800), timedelta(days=2)


def fill(order: Order, *, by: Any, now: datetime) -> None:
    """Put pictures into the library of an order, as its people do long before and while the platform asks."""
    gone = library.add_to_library(
        order.pk, pictures.upload("weighing_delivery", order), caption="两年前的称重图", kinds=["weighing_delivery"], by=by,
        now=now - LONG_AGO,
    )  # fmt: skip
    files.mark_removed([gone], why=Removal.KEEPING, now=now - BEFORE)
    for kind, caption in RESERVE:
        library.add_to_library(order.pk, pictures.upload(kind, order), caption=caption, kinds=[kind], by=by, now=now)
    chat = files.store_image(
        pictures.upload("sign_off_proof", order), shop=order.shop, by=by, now=now, order_id=order.pk,
        purpose=Purpose.ATTACHMENT,
    )
    record_contact(
        order.pk, who=Party.CARRIER, channel=Channel.CHAT, at=now, files=[chat], by=by, now=now,
        said="网点答复：签收证明盖章后当天拍照发来。",
    )
