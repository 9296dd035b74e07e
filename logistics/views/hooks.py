"""Where carriers call: no session, no form of ours. The signature says who it is; the answer is the one they document."""

import json
from urllib.parse import parse_qsl

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid

from ..services import hooks

MOST_BYTES, MOST_FIELDS = 64 * 1024, 10
FORM = "application/x-www-form-urlencoded"
TAKEN = json.dumps({"result": True, "returnCode": "200", "message": "成功"}, ensure_ascii=False)


@csrf_exempt
@login_not_required
@require_POST
def scans(request: HttpRequest, code: str) -> HttpResponse:
    """A push of a parcel's scans. 413 over 64 KB, 400 for what can't be meant, 403 unsigned, 404 for no shop."""
    return _answer(request, code, hooks.take_scans)


@csrf_exempt
@login_not_required
@require_POST
def interception(request: HttpRequest, code: str) -> HttpResponse:
    """A push of how an interception goes on; refused alike."""
    return _answer(request, code, hooks.take_interception)


def _answer(request: HttpRequest, code: str, take: hooks.Taker) -> HttpResponse:
    if _announced(request) > MOST_BYTES:
        return _said(413, _("At most 64 KB are read."))
    try:
        sign, param = _signed(request)
        hook = hooks.hook_of(code)
        hooks.receive(hook, sign, param, take=take, now=clock.now(hook.at))
    except Http404:
        return _said(404, _("There is no such address."))
    except DomainError as refusal:
        return _said(400 if refusal.status_code == Invalid.status_code else refusal.status_code, str(refusal))
    return HttpResponse(TAKEN, content_type="application/json")


def _announced(request: HttpRequest) -> int:
    """Bytes the body is said to have; nothing is read to find out. One that says none has none."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else MOST_BYTES + 1


def _signed(request: HttpRequest) -> tuple[str, str]:
    """`sign` and `param` of the form, each there once. Read here: Django would put up with broken characters."""
    if request.content_type != FORM or request.content_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Invalid(_("Send sign and param as a form in UTF-8."))
    try:
        fields = parse_qsl(
            request.body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except (ValueError, UnreadablePostError):
        raise Invalid(_("Send sign and param as a form in UTF-8.")) from None
    found = [[value for name, value in fields if name == wanted] for wanted in ("sign", "param")]
    if any(len(values) != 1 for values in found):
        raise Invalid(_("Send sign and param as a form in UTF-8."))
    return found[0][0], found[1][0]


def _said(status: int, sentence: str) -> HttpResponse:
    said = {"result": False, "returnCode": str(status), "message": sentence}
    return HttpResponse(json.dumps(said, ensure_ascii=False), content_type="application/json", status=status)
