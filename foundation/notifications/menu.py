from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.shell import counting

from .models import Notice

UNREAD = "unread notices"


def _unread(request: HttpRequest) -> QuerySet:
    return Notice.objects.told(request.user, request.shop.pk).unread()  # type: ignore[attr-defined]


counting.register(UNREAD, _unread)
