"""Who is at the other end: the address login throttling counts by."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The peer, or, behind our own proxy only, the address that proxy saw.

    A client can write anything into X-Forwarded-For; the last entry is the one the trusted proxy appended.
    """
    if settings.BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded
    return request.META.get("REMOTE_ADDR") or "127.0.0.1"
