"""Bytes out: the type from our own record, never sniffed, never cached by anybody else, harmless if opened alone."""

from typing import IO, Any

from django.http import FileResponse

from .models import StoredFile

SANDBOX = "default-src 'none'; sandbox"


def response(handle: IO[bytes], stored: StoredFile, *, mime: str, attachment: bool) -> Any:
    """A private answer; Range is not honoured, so a file is one bounded read."""
    name = stored.download_name if attachment else stored.name
    if not attachment and not name.lower().endswith((".jpg", ".jpeg")):
        name = f"{name.rpartition('.')[0] or name}.jpg"
    answer = FileResponse(handle, as_attachment=attachment, filename=name, content_type=mime)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
