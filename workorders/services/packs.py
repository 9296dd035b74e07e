"""The evidence pack of one case for its reviewer: everything that was sent, as one ZIP or one PDF (rules §6.15).

`gather` reads the rows, records the taking and gives back plain values; `as_zip` and `as_pdf` stream them afterwards,
without a query, one block of one file in memory at a time.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.audit.history import happenings, yuan
from foundation.audit.models import Entry
from foundation.audit.services import record
from foundation.files import services as files
from foundation.files.models import StoredFile
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lifecycle.errors import Forbidden
from foundation.lists.sheets import harmless

from ..models import Answer, Decision, Voucher, WorkOrder
from ..pdf import Line, Photo, pdf
from ..slots import label_of
from .cases import local

UNSAFE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]+')
NAME_LENGTH = 60
COLUMNS = ("file", "sha256", "kind", "window", "slot", "caption", "by", "at", "note")


@dataclass(frozen=True)
class Member:
    """One file of the pack; without `path` its bytes are gone and only the manifest tells of it."""

    name: str
    path: Path | None
    sha256: str
    kind: str
    window: int
    slot: str = ""
    caption: str = ""
    by: str = ""
    at: str = ""
    note: str = ""


@dataclass(frozen=True)
class Pack:
    """What goes into the ZIP, and what the PDF shows."""

    number: str
    made_at: datetime
    lines: list[Line] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)


@transaction.atomic
def gather(pk: int, *, kind: str, by: Any, now: datetime) -> Pack:
    """Everything that was sent for the case, for one of its reviewers; `kind` is "ZIP" or "PDF" and is recorded.

    Forbidden for who is no reviewer of work orders, and for anybody with a membership, ended ones too, in the case's
    shop. A ZIP holds the sealed originals, so each of them is recorded as opened.
    """
    case = WorkOrder.objects.select_related("order", "shop", "policy", "line").get(pk=pk)
    _may_take(case, by)
    answers = list(case.answers.select_related("sheet__file", "submitted_by", "contact"))
    for answer in answers:
        answer.work_order = case
    sent = {answer.window_no for answer in answers}
    laid = Voucher.objects.filter(work_order=case, removed_at=None, window_no__in=sent).select_related("file", "added_by")
    vouchers = list(laid.order_by("window_no", "position", "pk"))
    record("workorders.pack_taken", case, by=by, now=now, data={"number": case.number, "kind": kind})
    pack = Pack(case.number, now, lines=_story(case, answers, now))
    _add_sheets(pack, answers)
    _add_vouchers(pack, vouchers)
    if kind == "ZIP":
        _add_originals(pack, vouchers, by, now)
    return pack


def as_pdf(pack: Pack) -> Iterator[bytes]:
    """The document: the story in words, then a picture a page."""
    return pdf(pack.lines, pack.photos)


def as_zip(pack: Pack) -> Iterator[bytes]:
    """The archive in blocks: every member, `case.pdf`, and last `manifest.csv` with the hash of what was really packed."""
    sink, rows = _Sink(), [list(COLUMNS)]
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as book:  # type: ignore[call-overload]
        for member in pack.members:
            digest, note = hashlib.sha256(), member.note
            try:
                source = member.path.open("rb") if member.path else None
            except FileNotFoundError:
                source, note = None, note or _("The file is gone.")
            if source is not None:
                with source, book.open(_entry(pack, member.name), "w") as target:
                    while block := source.read(1 << 16):
                        digest.update(block)
                        target.write(block)
                        yield sink.take()
            rows.append(_row(member, digest.hexdigest() if source is not None else member.sha256, note))
        with book.open(_entry(pack, "case.pdf"), "w") as target:
            for block in as_pdf(pack):
                target.write(block)
                yield sink.take()
        book.writestr(_entry(pack, "manifest.csv"), _table(rows))
    yield sink.take()


def _may_take(case: WorkOrder, by: Any) -> None:
    if by is None or not access.is_reviewer(by, access.REVIEW_WORK_ORDERS):
        raise Forbidden(_("Only reviewers of work orders take an evidence pack."))
    if access.conflict_of_interest(by, case.shop_id):
        raise Forbidden(_("You belong or belonged to this shop, so you can't decide its cases. Leave it to a colleague."))


def _add_sheets(pack: Pack, answers: Sequence[Answer]) -> None:
    for answer in answers:
        if answer.sheet is None:
            continue
        stored, window = answer.sheet.file, answer.window_no
        title = _("The sheet that went out, window %(no)d") % {"no": window}
        member = _member(
            f"sheets/window-{window}.jpg", stored, "sheet", window, by=answer.submitted_by, at=answer.submitted_at
        )
        _add(pack, member, stored, 0, [Line(title, head=True), Line(f"sha256 {answer.sheet_sha256}", quiet=True)])


def _add_vouchers(pack: Pack, vouchers: Sequence[Voucher]) -> None:
    place, window = 0, 0
    for voucher in vouchers:
        place, window = (place + 1 if voucher.window_no == window else 1), voucher.window_no
        stored, slots = voucher.file, ", ".join(label_of(code) for code in voucher.slots)
        words = _safe(" ".join(part for part in (slots, voucher.caption) if part) or Path(stored.name).stem)
        member = _member(
            f"vouchers/window-{window}/{place:02d} {words}.jpg", stored, "voucher", window, slot=slots,
            caption=voucher.caption, by=voucher.added_by, at=voucher.added_at,
        )
        said = _("Picture %(place)d, window %(no)d: %(slots)s") % {"place": place, "no": window, "slots": slots or "—"}
        facts = f"{stored.name} · {voucher.added_by or '—'} · {local(voucher.added_at)} · sha256 {stored.sha256}"
        lines = [Line(said, head=True), *([Line(voucher.caption)] if voucher.caption else []), Line(facts, quiet=True)]
        _add(pack, member, stored, voucher.rotation, lines)


def _add(pack: Pack, member: Member, stored: StoredFile, rotation: int, lines: list[Line]) -> None:
    pack.members.append(member)
    if member.path is None:
        pack.lines.extend([*lines, Line(member.note)])
    else:
        pack.photos.append(Photo(member.path, stored.width or 1, stored.height or 1, rotation, tuple(lines)))


def _add_originals(pack: Pack, vouchers: Sequence[Voucher], by: Any, now: datetime) -> None:
    """Each sealed original once, however many windows showed it."""
    firsts: dict[int, Voucher] = {}
    for voucher in vouchers:
        firsts.setdefault(voucher.file_id, voucher)
    paths = files.original_paths([voucher.file for voucher in firsts.values()], by=by, now=now)
    for number, voucher in enumerate(firsts.values(), start=1):
        stored = voucher.file
        pack.members.append(Member(
            f"originals/{number:02d} {_safe(stored.download_name)}", paths.get(stored.pk), stored.sha256, "original",
            voucher.window_no, by=str(stored.uploaded_by or ""), at=local(stored.created_at), note=stored.why_gone,
        ))


def _member(name: str, stored: StoredFile, kind: str, window: int, *, by: Any, at: datetime, **said: str) -> Member:
    """A clean picture; its hash is counted while it is packed, the row knows only its original's."""
    try:
        path, note = files.clean_path(stored), ""
    except files.Removed as removed:
        path, note = None, str(removed)
    except FileNotFoundError:
        path, note = None, _("The file is gone.")
    return Member(name, path, "", kind, window, by=str(by or ""), at=local(at), note=note, **said)


def _story(case: WorkOrder, answers: Sequence[Answer], now: datetime) -> list[Line]:
    """Facts, question, answers, decisions and history in words, as the reader's language has them."""
    order = case.order
    facts = [
        (_("Shop"), case.shop.name), (_("Order"), order.number), (_("Type"), case.get_type_display()),
        (_("State"), case.get_status_display()), (_("Product"), order.item_title or "—"),
        (_("Paid"), yuan(order.paid_minor)), (_("Carrier"), f"{order.carrier or '—'} {order.tracking_number or ''}"),
        (_("Asked"), local(case.created_at)), (_("Deadline"), local(case.due_at)), (_("Closed"), local(case.closed_at)),
    ]
    lines = [
        Line(_("Evidence pack of work order %(number)s") % {"number": case.number}, head=True),
        Line(_("Made at %(when)s (UTC+8)") % {"when": local(now)}, quiet=True),
        *(Line(f"{name}: {value}") for name, value in facts),
        Line(_("What the platform asks"), head=True), Line(case.platform_text),
    ]
    for answer in answers:
        lines += _answer_lines(answer)
    for decision in case.decisions.select_related("by"):
        lines += _decision_lines(decision)
    return [*lines, Line(_("History"), head=True), *_history(case)]


def _answer_lines(answer: Answer) -> list[Line]:
    title = _("Answer, window %(no)d: %(branch)s") % {"no": answer.window_no, "branch": answer.get_branch_display()}
    said = [
        (_("Stage"), f"{answer.stage} {answer.step.name}" if len(answer.work_order.policy.stages) > 1 else ""),
        (_("Result"), answer.chosen.label if answer.chosen else ""), (_("Date"), f"{answer.on_day or ''}"),
        (_("Note"), answer.note), (_("Carrier"), answer.reship_carrier),
        (_("Reship tracking number"), answer.reship_number),
        (_("Agreed refund"), "" if answer.agreed_minor is None else yuan(answer.agreed_minor)),
        (_("Contact record"), f"{answer.contact.number} {answer.contact.said}" if answer.contact else ""),
        *((_("Warning"), warning["sentence"]) for warning in answer.warnings),
    ]
    who = Line(f"{answer.submitted_by or '—'} · {local(answer.submitted_at)}", quiet=True)
    return [Line(title, head=True), who, *(Line(f"{name}: {value}") for name, value in said if value)]


def _decision_lines(decision: Decision) -> list[Line]:
    title = f"{_('Decision')}: {decision.get_outcome_display()}"
    who = Line(f"{decision.by or '—'} · {local(decision.at)}", quiet=True)
    lines = [Line(title, head=True), who, Line(str(decision.get_reason_display()))]
    return [*lines, Line(decision.note)] if decision.note else lines


def _history(case: WorkOrder) -> list[Line]:
    entries = Entry.objects.for_subject(case).order_by("-id")[:200]
    rows = reversed(happenings(entries))
    return [Line(f"{local(row.at)}  {row.who}  {row.sentence}{f' – {row.reason}' if row.reason else ''}") for row in rows]


def _safe(name: str) -> str:
    """A name every system can unpack: no separators, no leading dots, not too long."""
    cleaned = UNSAFE.sub("_", name).strip(" .") or "file"
    if len(cleaned) <= NAME_LENGTH:
        return cleaned
    stem, dot, ending = cleaned.rpartition(".")
    return f"{stem[: NAME_LENGTH - 6]}.{ending}" if dot and len(ending) <= 5 else cleaned[:NAME_LENGTH]


def _entry(pack: Pack, name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, pack.made_at.astimezone(SHANGHAI).timetuple()[:6])
    entry.external_attr = 0o600 << 16
    return entry


def _row(member: Member, sha256: str, note: str) -> list[str]:
    said = (member.name, sha256, member.kind, str(member.window), member.slot, member.caption, member.by, member.at, note)
    return [harmless(text) for text in said]


def _table(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


class _Sink:
    """Where zipfile writes to: forgets what was taken; can't seek, so sizes follow each file."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._blocks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take(self) -> bytes:
        """What was written since the last time."""
        data, self._blocks = b"".join(self._blocks), []
        return data
