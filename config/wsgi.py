import os
import re
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application

from foundation.lifecycle.roomy import roomy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("HOUTAI_ROLE", "web")
_BOUNDARY = re.compile(r";\s*boundary=(\"[^\"]{1,200}\"|[^;,\s\"]{1,200})", re.IGNORECASE)


def plain_content_type(handler: Callable[..., Any]) -> Callable[..., Any]:
    """`handler`, told of a Content-Type only its kind and boundary: every request is read as UTF-8 (promise 7).

    Django would decode with whatever of Python's codecs the client names. Some are no text ("hex"), which ends in a bare
    500 before a middleware is asked; others ("utf-7") make half characters that no page can be written with.
    """

    def told_less(environ: dict[str, Any], start_response: Any) -> Any:
        kind, semicolon, _rest = environ.get("CONTENT_TYPE", "").partition(";")
        if semicolon:
            boundary = _BOUNDARY.search(environ["CONTENT_TYPE"])
            environ["CONTENT_TYPE"] = kind.strip() + (boundary.group() if boundary else "")
        return handler(environ, start_response)

    return told_less


application = roomy(plain_content_type(get_wsgi_application()))
