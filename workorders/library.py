"""What the library page of an order shows: every picture with its uses and how long it is kept, the sheets that went out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.files import images
from foundation.files import services as files
from foundation.files.models import Purpose, StoredFile
from orders.models import ContactRecord, Order

from . import slots
from .models import Answer, LibraryItem, Voucher, WorkOrder
from .models.evidence import CAPTION_LENGTH
from .services import retention
from .services.retention import Keeping
from .states import Status

SHOWN = 300  # files of one order; its library takes a hundred pictures


class DescribeForm(forms.Form):
    """What a picture shows, whatever case uses it."""

    caption = forms.CharField(
        label=_("Caption"), required=False, max_length=CAPTION_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(label=_("Shows"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = kinds

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout("caption", InlineCheckboxes("kinds"))
        return helper


@dataclass(frozen=True)
class Use:
    """One window of one case the file was laid out in; `sent_at` once that went out."""

    case: WorkOrder
    window_no: int
    sent_at: datetime | None


@dataclass
class Picture:
    """One file of the order with all the page says of it."""

    file: StoredFile
    keeping: Keeping
    caption: str = ""
    kinds: list[str] = field(default_factory=list)  # codes
    uses: list[Use] = field(default_factory=list)
    contact: ContactRecord | None = None
    lies_there: bool = False
    form: DescribeForm | None = None

    @property
    def shows(self) -> list[str]:
        """Names of the vouchers it shows."""
        return [slots.label_of(code) for code in self.kinds]


def context(order: Order, now: datetime, bound: dict[int, DescribeForm] | None = None) -> dict[str, Any]:
    """Everything the page shows; `bound` keeps what was typed on a picture that was refused."""
    found = _files(order)
    case = open_case(order, now)
    there = set(Voucher.objects.on_desk(case).values_list("file_id", flat=True)) if case else set()
    kinds = slots.choices()
    shown = _pictures(order, found, now)
    for picture in shown:
        picture.lies_there = picture.file.pk in there
        if picture.file.removed_at is None and picture.file.purpose != Purpose.SHEET:
            picture.form = (bound or {}).get(picture.file.pk) or form_of(picture, kinds)
    pictures = [one for one in shown if one.file.purpose != Purpose.SHEET]
    limits = files.limits(now)
    return {
        "order": order,
        "now": now,
        "case": case,
        "pictures": pictures,
        "sheets": [one for one in shown if one.file.purpose == Purpose.SHEET],
        "can_choose": case is not None and any(one.form and not one.lies_there for one in pictures),
        "size": sum(one.file.size for one in shown if one.file.removed_at is None),
        "held": sum(one.file.purpose == Purpose.EVIDENCE and one.file.removed_at is None for one in pictures),
        "files_per_order": limits.files_per_order,
        "files_per_upload": limits.files_per_upload,
        "max_mb": images.MAX_BYTES // 1_000_000,
        "upload_form": DescribeForm(kinds=kinds, auto_id="id_upload_%s"),
    }


def open_case(order: Order, now: datetime) -> WorkOrder | None:
    """The case of the order that takes pictures now; there is one at most."""
    running = WorkOrder.objects.filter(order_id=order.pk, shop_id=order.shop_id, status=Status.OPEN).first()
    return running if running and running.takes_answers(now) else None


def form_of(picture: Picture, kinds: list[tuple[str, str]]) -> DescribeForm:
    initial = {"caption": picture.caption, "kinds": picture.kinds}
    return DescribeForm(kinds=kinds, initial=initial, auto_id=_ids(picture.file))


def typed_form(stored: StoredFile, data: Any) -> DescribeForm:
    """What somebody typed about a picture."""
    return DescribeForm(data, kinds=slots.choices(), auto_id=_ids(stored))


def _ids(stored: StoredFile) -> str:
    return f"id_{stored.uuid.hex}_%s"


def _files(order: Order) -> list[StoredFile]:
    """Pictures, and those sheets that went out; newest first."""
    sent = Answer.objects.filter(work_order__order_id=order.pk, sheet__isnull=False).values("sheet__file_id")
    rows = StoredFile.objects.filter(shop_id=order.shop_id, order_id=order.pk).select_related("uploaded_by")
    pictures = rows.filter(purpose__in=(Purpose.EVIDENCE, Purpose.ATTACHMENT))
    return list((pictures | rows.filter(purpose=Purpose.SHEET, pk__in=sent)).order_by("-pk")[:SHOWN])


def _pictures(order: Order, found: list[StoredFile], now: datetime) -> list[Picture]:
    keeping = retention.keeping_of(found, now)
    items = {item.file_id: item for item in LibraryItem.objects.filter(order_id=order.pk)}
    uses = _uses(order, found)
    talks = _talks(order)
    shown = []
    for stored in found:
        item = items.get(stored.pk)
        shown.append(Picture(
            file=stored, keeping=keeping[stored.pk], caption=item.caption if item else "",
            kinds=item.kinds if item else [], uses=uses.get(stored.pk, []),
            contact=talks.get(stored.pk),
        ))
    return shown


def _uses(order: Order, found: list[StoredFile]) -> dict[int, list[Use]]:
    """file pk → the windows it was used in, the latest first."""
    answers = Answer.objects.filter(work_order__order_id=order.pk).select_related("work_order__policy", "sheet")
    sent = {(answer.work_order_id, answer.window_no): answer for answer in answers}
    uses: dict[int, list[Use]] = {}
    laid = Voucher.objects.filter(file_id__in=[one.pk for one in found], removed_at=None)
    for voucher in laid.select_related("work_order__policy").order_by("-work_order_id", "-window_no"):
        answer = sent.get((voucher.work_order_id, voucher.window_no))
        use = Use(voucher.work_order, voucher.window_no, answer.submitted_at if answer else None)
        uses.setdefault(voucher.file_id, []).append(use)
    for answer in sent.values():
        if answer.sheet is not None:
            use = Use(answer.work_order, answer.window_no, answer.submitted_at)
            uses.setdefault(answer.sheet.file_id, []).append(use)
    return uses


def _talks(order: Order) -> dict[int, ContactRecord]:
    """file pk → the contact record it hangs on."""
    links = ContactRecord.files.through.objects.filter(contactrecord__order_id=order.pk)
    return {link.storedfile_id: link.contactrecord for link in links.select_related("contactrecord")}
