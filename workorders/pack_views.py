"""The reviewer's evidence pack below the decision page in admin: one ZIP, or the PDF alone."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from foundation.files.serving import SANDBOX
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Forbidden

from .models import WorkOrder
from .services import packs

KINDS: dict[str, tuple[str, Callable[[packs.Pack], Iterator[bytes]], str]] = {
    "ZIP": ("zip", packs.as_zip, "application/zip"),
    "PDF": ("pdf", packs.as_pdf, "application/pdf"),
}


def urls(model_admin: Any) -> list[Any]:
    """The two addresses, for `get_urls` of the work orders' admin."""
    return [
        path(
            f"<int:pk>/evidence.{ending}", model_admin.admin_site.admin_view(partial(pack, model_admin, kind)),
            name=f"workorders_workorder_{ending}",
        )
        for kind, (ending, _stream, _mime) in KINDS.items()
    ]


def pack(model_admin: Any, kind: str, request: HttpRequest, pk: int) -> HttpResponse:
    """Stream the pack. A POST, because each taking is recorded; the same people as the sealed originals."""
    return require_POST(_pack)(request, model_admin, kind, pk)


def _pack(request: HttpRequest, model_admin: Any, kind: str, pk: int) -> HttpResponse:
    ending, stream, mime = KINDS[kind]
    try:
        found = packs.gather(pk, kind=kind, by=request.user, now=clock.now())
    except WorkOrder.DoesNotExist:
        raise Http404 from None
    except Forbidden:
        return model_admin.refuse(request)
    answer = StreamingHttpResponse(stream(found), content_type=mime)
    answer["Content-Disposition"] = content_disposition_header(True, f"{found.number}.{ending}")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = SANDBOX
    return answer  # type: ignore[return-value]
