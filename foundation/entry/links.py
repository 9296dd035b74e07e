"""The invitation's address. Made from settings, never from what a request claims its host is (rules S42)."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_link(token: str) -> str:
    if settings.PRODUCTION:
        return f"https://{settings.ALLOWED_HOSTS[0].lstrip('.')}{reverse('invitations:accept', args=[token])}"
    return f"http://127.0.0.1:{settings.PORT}{reverse('invitations:accept', args=[token])}"
