"""Serving stored files: sellers below their shop's address, reviewers below /admin/files/."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock

from . import access, services
from .models import StoredFile
from .serving import response


@require_safe
@requires("files.view")
def file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The clean copy of a picture, shown; a document, as an attachment."""
    return _serve(_own(request, uuid))


@require_safe
@requires("files.view")
def thumb(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _serve(_own(request, uuid), thumb=True)


@require_safe
def reviewed_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _serve(_reviewable(request, uuid))


@require_safe
def reviewed_thumb(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _serve(_reviewable(request, uuid), thumb=True)


@require_POST
def open_original(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The sealed original as an attachment. A POST, because each opening is recorded."""
    stored = _reviewable(request, uuid)
    if not stored.original_path:
        raise Http404
    try:
        handle = services.open_original(stored, by=request.user, now=clock.now())
    except services.Removed as removed:
        return _gone(removed)
    except FileNotFoundError:
        raise Http404 from None
    return response(handle, stored, mime=stored.mime, attachment=True)


def _own(request: Any, uuid: UUID) -> StoredFile:
    stored = get_for_shop(StoredFile, request.shop, uuid=uuid)
    if not access.may_open(request, stored):
        raise Http404
    return stored


def _reviewable(request: HttpRequest, uuid: UUID) -> StoredFile:
    stored = StoredFile.objects.filter(uuid=uuid).first() if request.user.is_staff else None
    if stored is None or not access.may_open(request, stored):
        raise Http404
    return stored


def _serve(stored: StoredFile, *, thumb: bool = False) -> HttpResponse:
    try:
        if stored.is_picture:
            return response(services.open_clean(stored, thumb=thumb), stored, mime="image/jpeg", attachment=False)
        return response(services.open_document(stored), stored, mime=stored.mime, attachment=True)
    except services.Removed as removed:
        return _gone(removed)
    except FileNotFoundError:
        raise Http404 from None


def _gone(removed: services.Removed) -> HttpResponse:
    """410 with the sentence: the address was right, the bytes were given up."""
    return HttpResponse(str(removed), status=410, content_type="text/plain; charset=utf-8")
