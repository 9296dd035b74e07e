"""Cases for tests of work orders, made by the services that make real ones."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from foundation.catalog.models import Product
from orders.models import OrderLine
from orders.services import record_contact
from orders.states import OrderState
from orders.tests.factories import make_order
from workorders import services
from workorders.models import WorkOrder, WorkOrderPolicy
from workorders.rule_rows import NOT_RECEIVED
from workorders.services import Writing, evidence
from workorders.states import Branch

QUESTION = "买家反馈未收到货，请在48小时内上传发货底单和签收红章证明。\n逾期将全额退款。"


def ask(shop: Any, now: datetime, *, type: str = NOT_RECEIVED, order: Any = None, **said: Any) -> WorkOrder:
    """An open case on a fresh order (or on `order`), asked at `now`."""
    order = order or make_order(shop, now)
    return services.open_work_order(
        order.pk, **{"type": type, "platform_text": QUESTION, "by": None, "now": now, **said}
    )


def in_transit(shop: Any, now: datetime) -> Any:
    """An order on its way to the buyer."""
    return make_order(shop, now, status=OrderState.SHIPPED, signed_at=None)


def ask_overdue(
    shop: Any, now: datetime, *, by: timedelta = timedelta(minutes=1), stage: int = 1, **said: Any
) -> WorkOrder:
    """A case whose clock ran out `by` ago, unanswered, in `stage`; the stages before it only had to be acknowledged."""
    rule = WorkOrderPolicy.objects.in_force(now, type=said.get("type", NOT_RECEIVED))
    asked = now - timedelta(hours=rule.stage(stage).hours) - by
    case = ask(shop, asked, **said)
    for _stage in range(1, stage):
        case = acknowledge(case, asked)
    return case


def put_on_shelf(order: Any, code: str = "P-1") -> Product:
    """The order's first line sells a listed product."""
    product, _new = Product.objects.get_or_create(
        shop_id=order.shop_id, code=code, defaults={"title": code, "created_at": order.placed_at}
    )
    line = order.lines.order_by("position").first()
    line.product = product
    line.save(update_fields=["product"])
    return product


def photo(colour: tuple[int, int, int] = (200, 30, 30), name: str = "photo.jpg") -> SimpleUploadedFile:
    target = BytesIO()
    Image.new("RGB", (900, 700), colour).save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue(), content_type="image/jpeg")


def lay_evidence(case: WorkOrder, now: datetime, by: Any = None) -> None:
    """A picture ticked for every slot asked."""
    for place, slot in enumerate(case.asked_slots):
        evidence.add_voucher(case.pk, photo((10 + 40 * place, 30, 30)), by=by, now=now, slots=[slot])


def keep(case: WorkOrder, now: datetime, by: Any = None, **said: Any) -> WorkOrder:
    """Save a draft and give the case as it is then."""
    services.save_draft(case.pk, Writing(**{"branch": Branch.EVIDENCE, **said}), version=None, by=by, now=now)
    return WorkOrder.objects.get(pk=case.pk)


def talk(case: WorkOrder, now: datetime, who: str = "buyer") -> Any:
    return record_contact(
        case.order_id, who=who, channel="phone", at=now, said="退一半。", files=[], by=None, now=now
    )


def answer(case: WorkOrder, now: datetime, by: Any = None) -> WorkOrder:
    """The whole way: pictures, draft, sheet, submit."""
    lay_evidence(case, now, by)
    kept = keep(case, now, by)
    sheet = evidence.compose_sheet(case.pk, by=by, now=now)
    services.submit_answer(
        case.pk, branch=Branch.EVIDENCE, version=kept.version, sheet_hash=sheet.inputs_hash, by=by, now=now
    )
    return WorkOrder.objects.get(pk=case.pk)


def lines_of(case: WorkOrder) -> list[OrderLine]:
    return list(case.order.lines.order_by("position"))


def acknowledge(case: WorkOrder, now: datetime, by: Any = None) -> WorkOrder:
    """Read the question: the first of its stages is answered."""
    services.acknowledge(case.pk, version=None, by=by, now=now)
    return WorkOrder.objects.get(pk=case.pk)


def choose(case: WorkOrder, now: datetime, option: str, by: Any = None, **said: Any) -> WorkOrder:
    """Answer a stage by choice."""
    kept = keep(case, now, by, branch=Branch.CHOICE, option=option, **said)
    sheet = evidence.compose_sheet(case.pk, by=by, now=now) if evidence.vouchers_of(kept) else None
    services.submit_answer(
        case.pk, branch=Branch.CHOICE, version=kept.version, sheet_hash=sheet.inputs_hash if sheet else "", by=by, now=now
    )
    return WorkOrder.objects.get(pk=case.pk)
