"""Registry of what people are told: sentence, who gets it by role, whether it also goes out as a text message.

Each app registers its kinds in its `notices.py`; a kind nobody registered can't be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from foundation.accounts.access import PERMISSIONS
from foundation.audit.history import yuan
from foundation.lifecycle.deadlines import SHANGHAI

INFO, TASK, URGENT = "info", "task", "urgent"  # good to know · asks for something · asks at any hour
IMPORTANCES = (INFO, TASK, URGENT)
ICONS = {INFO: "information-circle", TASK: "clipboard-document-list", URGENT: "exclamation-triangle"}


class UnregisteredKind(KeyError):
    """tell() was given a kind no `notices.py` names."""


@dataclass(frozen=True)
class Kind:
    """`text` is a lazy sentence with %(name)s from the notice's data; `perm` decides which roles are told.

    `sms`: members with a phone get a text message too; outside quiet hours, unless the kind is urgent.
    """

    code: str
    text: Any
    perm: str
    sms: bool = False
    importance: str = INFO

    @property
    def icon(self) -> str:
        return ICONS[self.importance]


KINDS: dict[str, Kind] = {}


def register(code: str, *, text: Any, perm: str, sms: bool = False, importance: str = INFO) -> Kind:
    """Name a kind, e.g. "workorders.opened"; a kind of no known permission or importance is a mistake in the code."""
    if perm not in PERMISSIONS:
        raise ValueError(f"The notice kind {code} names an unknown permission {perm!r}.")
    if importance not in IMPORTANCES:
        raise ValueError(f"The notice kind {code} has the importance {importance!r}; there are {IMPORTANCES}.")
    KINDS[code] = Kind(code, text, perm, sms, importance)
    return KINDS[code]


def known(code: str) -> Kind:
    try:
        return KINDS[code]
    except KeyError:
        raise UnregisteredKind(code) from None


def sentence(code: str, data: Mapping[str, Any]) -> str:
    """The kind's sentence in the active language, amounts as ¥ and moments in Asia/Shanghai."""
    kind = KINDS.get(code)
    if kind is None:  # its app is no longer installed; the row stays readable
        return code
    return str(kind.text) % _Filled({key: _shown(key, value) for key, value in data.items()})


class _Filled(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _shown(key: str, value: Any) -> Any:
    if key.endswith("_minor") and isinstance(value, int):
        return yuan(value)
    if key.endswith("_at") and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return timezone.localtime(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return value
