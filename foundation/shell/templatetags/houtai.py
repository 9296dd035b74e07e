"""Tags and filters every page uses: icons, money, times, countdowns, badges, masked data, shop addresses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from heroicons.templatetags.heroicons import heroicon_outline

from foundation.audit.history import yuan
from foundation.lifecycle import sentences
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.shell.urls_for import shop_url as build_shop_url
from foundation.shell.words import language

register = template.Library()

RED = timedelta(hours=1)
AMBER = timedelta(hours=4)
CLOCK_ICONS = {
    "paused": "pause-circle", "overdue": "exclamation-triangle", "red": "fire", "amber": "clock", "green": "check-circle",
}  # fmt: skip


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """Inline heroicon (outline), decorative: `{% icon "clock" %}`."""
    return mark_safe(_icon(name, size))


_icons: dict[tuple[str, int], str] = {}


def _icon(name: str, size: int) -> str:
    if (name, size) not in _icons:
        _icons[name, size] = heroicon_outline(name, size=size, aria_hidden="true", **{"class": "icon"})
    return _icons[name, size]


@register.filter
def money(minor: int | None) -> str:
    """Fen as "¥1,234.50"; None as a dash."""
    return "—" if minor is None else yuan(int(minor))


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """Absolute time in Asia/Shanghai, seconds and zone in the tooltip."""
    if not moment:
        return "—"
    local = moment.astimezone(SHANGHAI)
    return format_html(
        '<time datetime="{}" title="{} UTC+8 (Asia/Shanghai)">{}</time>',
        local.isoformat(), local.strftime("%Y-%m-%d %H:%M:%S"), local.strftime("%Y-%m-%d %H:%M"),
    )


@lru_cache(maxsize=8)
def _clock_words(_language: str | None) -> dict[str, str]:
    """What clocks say, looked up once per language: a list draws a hundred of them."""
    return {
        "days": _("%(days)d d %(hours)d h"), "hours": _("%(hours)d h %(minutes)02d min"),
        "minutes": _("%(minutes)d min %(seconds)02d s"), "paused": _("clock stopped"), "overdue": _("overdue"),
        "red": _("less than 1 h"), "amber": _("less than 4 h"), "green": _("in time"),
    }  # fmt: skip


def duration(span: timedelta) -> str:
    """A span in its two largest units: "2 d 3 h", "3 h 05 min", "12 min 30 s"."""
    seconds = int(span.total_seconds())
    words = _clock_words(language())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        return words["days"] % {"days": days, "hours": hours}
    if hours:
        return words["hours"] % {"hours": hours, "minutes": minutes}
    return words["minutes"] % {"minutes": minutes, "seconds": seconds % 60}


@register.filter
def ago(moment: datetime | None, now: datetime) -> str:
    """ "3 h 05 min ago" or "in 3 h 05 min"."""
    if not moment:
        return "—"
    if timedelta(0) <= now - moment < timedelta(minutes=1):
        return _("just now")
    if moment <= now:
        return _("%(span)s ago") % {"span": duration(now - moment)}
    return _("in %(span)s") % {"span": duration(moment - now)}


@dataclass(frozen=True)
class Countdown:
    """What a running clock shows: state is green, amber, red, overdue or paused."""

    due_at: datetime
    now: datetime
    state: str
    text: str
    label: str
    icon: str


def countdown_of(due_at: datetime, now: datetime, paused: bool = False) -> Countdown:
    """Four states by time left: > 4 h green, > 1 h amber, in time red, past overdue; or paused."""
    remaining = due_at - now
    state = "paused" if paused else _state(remaining)
    text = duration(-remaining if state == "overdue" else remaining)
    return Countdown(due_at, now, state, text, _clock_words(language())[state], CLOCK_ICONS[state])


def _state(remaining: timedelta) -> str:
    if remaining < timedelta(0):
        return "overdue"
    return "red" if remaining <= RED else "amber" if remaining <= AMBER else "green"


@register.simple_tag
def countdown(due_at: datetime | None, now: datetime, paused: bool = False) -> SafeString:
    """A running clock as text + icon + colour; countdown.js keeps it going from the server's time."""
    if not due_at:
        return SafeString('<span class="text-muted">—</span>')
    clock = countdown_of(due_at, now, paused)
    face = _face(clock.state, clock.label)
    return SafeString(
        f'<span class="countdown countdown-{clock.state}" data-countdown data-state="{clock.state}"'
        f' data-due="{due_at.isoformat()}" data-now="{now.isoformat()}"{face}{escape(clock.text)}</span></span>'
    )


@lru_cache(maxsize=64)
def _face(state: str, label: str) -> str:
    """What all clocks of a state show."""
    label = escape(label)
    late = f"<span>{label}</span>" if state == "overdue" else ""
    return (
        f' title="{label}">{_icon(CLOCK_ICONS[state], 16)}<span class="visually-hidden" data-countdown-label>{label}</span>'
        f"{late}<span data-countdown-text>"
    )


@register.simple_tag
def status_badge(obj: Any) -> SafeString:
    """The row's state in words, toned by its lifecycle table."""
    return format_html('<span class="badge tone-{}">{}</span>', obj.LIFECYCLE.tone(obj.status), obj.get_status_display())


@register.simple_tag(name="copy")
def copy_button(value: object, label: str = "") -> SafeString:
    """A button that copies `value`."""
    label, text = conditional_escape(label or _("Copy")), conditional_escape(value)
    return mark_safe(
        f'<button class="copy" type="button" data-copy="{text}" title="{label}" aria-label="{label} {text}">'
        f"{_icon('square-2-stack', 15)}</button>"
    )


@register.filter
def mask_phone(phone: str) -> str:
    """13800001234 → 138****1234; anything short is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


@register.filter
def mask_name(name: str) -> str:
    """张三丰 → 张**: the first character stays."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


@register.simple_tag(takes_context=True)
def shop_url(context: Any, name: str, **kwargs: Any) -> str:
    """Address of a page of the shop in the URL: `{% shop_url 'orders:order' number=order.number %}`."""
    shop = context.get("shop") or context["request"].shop
    return build_shop_url(shop, name, **kwargs)


@register.simple_tag(takes_context=True)
def shop_url_if(context: Any, name: str, **kwargs: Any) -> str:
    """The same, or "" where the app with that page is not installed."""
    try:
        return shop_url(context, name, **kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def can(context: Any, permission: str) -> bool:
    """`{% can 'orders.refund' as may_refund %}`."""
    membership = context.get("membership")
    return bool(membership and membership.can(permission))


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The present query string with `changes` (None removes): `<a href="{% query tab='open' page=None %}">`."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = value
    return "?" + params.urlencode()


@register.filter
def count_text(count: int) -> str:
    """A capped count: 1000 means "more than 999"."""
    return "999+" if count > 999 else str(count)


@register.simple_tag
def gap() -> str:
    """What stands between two sentences in the reader's language."""
    return sentences.gap()
