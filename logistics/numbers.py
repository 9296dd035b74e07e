"""What a tracking number looks like: hints that suggest a carrier or warn, never decide (rules §4)."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

from .models import Carrier

USABLE = re.compile(r"[A-Za-z0-9-]{6,32}")
BLANKS = re.compile(r"\s+")
ENDINGS = re.compile(r"(快递|快运|速运|速递|物流|express|logistics)+$")


def clean(number: str) -> str:
    """The number as it is stored: no blanks, capitals. Invalid when no carrier could have given it."""
    found = BLANKS.sub("", number).upper()
    if not USABLE.fullmatch(found):
        raise Invalid(_("A tracking number has 6 to 32 letters, digits and hyphens."), field="number")
    return found


def looks_like(carrier: Carrier, number: str) -> bool:
    """Whether one of the carrier's patterns is this number's; without patterns nothing looks wrong."""
    patterns = carrier.number_patterns or []
    return not patterns or any(re.fullmatch(pattern, number) for pattern in patterns)


def suggest(number: str, carriers: Iterable[Carrier] | None = None) -> list[Carrier]:
    """The carriers whose patterns this number has, in their order in the list; [] for one nobody knows."""
    known = Carrier.objects.filter(active=True) if carriers is None else carriers
    return [one for one in known if one.number_patterns and looks_like(one, number)]


class Names:
    """Carriers by whatever a file or an order calls them: code, either name, Kuaidi100's code. One query."""

    def __init__(self, carriers: Iterable[Carrier] | None = None):
        self.carriers = list(Carrier.objects.all() if carriers is None else carriers)
        self._known: dict[str, Carrier] = {}
        for carrier in self.carriers:
            for name in (carrier.code, carrier.name_zh, carrier.name_en, carrier.kuaidi100):
                for shape in (_folded(name), _short(name)):
                    self._known.setdefault(shape, carrier)
        self._known.pop("", None)
        self._found: dict[str, Carrier | None] = {}

    def find(self, text: str) -> Carrier | None:
        """The carrier meant by `text`; None for a name nobody knows. The same text is looked up once."""
        if text not in self._found:
            self._found[text] = self._known.get(_folded(text)) or self._known.get(_short(text))
        return self._found[text]


def _folded(text: str) -> str:
    return BLANKS.sub("", text or "").casefold()


def _short(text: str) -> str:
    return ENDINGS.sub("", _folded(text))
