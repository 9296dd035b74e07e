"""What `manage.py check` looks at beyond Django's own."""

import stat
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string


@register
def sender_can_be_loaded(**_kwargs: Any) -> list[CheckMessage]:
    """A gateway that is misspelt shows at start, not at the first text message."""
    try:
        sender = import_string(settings.SMS_SENDER)
    except ImportError as problem:
        return [Error(f"HOUTAI_SMS_SENDER: {problem}", id="houtai.E001")]
    if not all(hasattr(sender, verb) for verb in ("send", "was_sent")):
        return [Error(f"HOUTAI_SMS_SENDER: {settings.SMS_SENDER} has no send() and was_sent().", id="houtai.E002")]
    return []


@register(Tags.security, deploy=True)
def var_folder_is_private(**_kwargs: Any) -> list[CheckMessage]:
    """Photographs, the broker's socket and, in a demo, the database lie there."""
    if stat.S_IMODE(settings.HOUTAI_VAR_DIR.stat().st_mode) & 0o077:
        return [Warning(f"Others can look into {settings.HOUTAI_VAR_DIR}: chmod 700 it.", id="houtai.W001")]
    return []
