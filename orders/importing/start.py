"""Beginning an import: look at the file's head, store it, start the preview, and start the run from a preview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.files.models import Purpose, StoredFile
from foundation.files.services import open_document, store_document
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle.errors import Blocked

from . import columns, mappings, readers, steps

PREVIEW, RUN = "orders.import_preview", "orders.import"
LOOK, LOOK_LINES = 6, 10_000  # rows with something in them; lines they may be spread over
TYPES = {True: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False: "text/csv"}


@dataclass(frozen=True)
class Head:
    """The first rows of a file: cleaned header names and a few rows below, each as long as the header."""

    header: list[str]
    rows: list[list[str]]


def head_of(file: BinaryIO) -> Head:
    """Read the first rows only; raises Unreadable with a sentence for a file that is none of ours."""
    if file.seek(0, 2) > readers.MAX_BYTES:
        limit = readers.MAX_BYTES // (1024 * 1024)
        raise readers.Unreadable(_("The file is larger than %(limit)s MB. Split it.") % {"limit": limit})
    file.seek(0)
    first = list(islice(readers.rows(file, most=LOOK_LINES), LOOK))
    file.seek(0)
    if not first or first[0].broken:
        raise readers.Unreadable(_("The file has no header row."))
    if len(first) < 2:
        raise readers.Unreadable(_("The file has a header, but no rows."))
    header = columns.clean_header(first[0].cells)
    return Head(header, [(row.cells + [""] * len(header))[: len(header)] for row in first[1:]])


def store_upload(upload: Any, name: str, *, shop: Shop, by: Any, now: datetime) -> StoredFile:
    """Keep the upload privately, byte for byte."""
    upload.seek(0)
    is_zip = upload.read(4) == readers.ZIP
    upload.seek(0)
    return store_document(
        upload, name, TYPES[is_zip], shop=shop, by=by, now=now, purpose=Purpose.IMPORT,
        expires_at=now + steps.KEEP_FILES,
    )  # fmt: skip


def head_of_stored(stored: StoredFile) -> Head:
    with open_document(stored) as file:
        return head_of(file)


def start_preview(
    stored: StoredFile, mapping: Mapping[str, str], *, recognised: bool, on_bad: str, shop: Shop, by: Any, now: datetime,
    request_key: str | None = None,
) -> Job:
    """Compare the file with what is here, in the background; `recognised` lets the file decide what `paid` means."""
    params = {"mapping": dict(mapping), "recognised": recognised, "on_bad": on_bad}
    return jobs.start(PREVIEW, shop=shop, by=by, now=now, params=params, input_file=stored, request_key=request_key)


def start_run(preview: Job, *, on_bad: str, by: Any, now: datetime) -> Job:
    """Import what a preview showed. The same preview starts one run, however often it is asked; refused before the
    preview is done, without a row to take, or with bad rows that are to stop the rest."""
    if preview.status != "done":
        raise Blocked(_("The preview is not done yet."))
    found = steps.summary(preview)
    if on_bad == steps.STOP and found["refused"]:
        raise Blocked(_("%(count)s rows are refused, and you asked that one bad row stops the rest.")
                      % {"count": found["refused"]})  # fmt: skip
    if not found["created"] + found["updated"]:
        raise Blocked(_("There is nothing to import: no row would create or change an order."))
    params = {
        "mapping": preview.result["mapping"], "recognised": False, "on_bad": on_bad,
        "spool": preview.number, "preview": preview.number,
    }  # fmt: skip
    return jobs.start(
        RUN, shop=preview.shop, by=by, now=now, params=params, input_file=preview.input_file,
        request_key=f"import:{preview.number}",
    )  # fmt: skip


def resolve(
    shop: Shop, head: Head, told: Mapping[str, str] | None
) -> tuple[dict[str, str], bool]:
    """The mapping to use and whether it is merely recognised; Invalid, naming what is missing, when it is no good."""
    mapping, recognised = (dict(told), False) if told else mappings.suggest(shop, head.header)
    return columns.check(mapping, head.header), recognised
