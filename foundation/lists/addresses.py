"""The addresses a list page links to: itself with one thing changed, its neighbours, its rows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from foundation.shell.urls_for import shop_url

from .links import with_next

if TYPE_CHECKING:
    from .keyset import Slice
    from .spec import ListSpec, Sort, Tab

PLACE = ("after", "before", "last")
SLOT = "0slot0"
SAFE = "/~:@!$()*,;="
PLAIN = re.compile(r"[\w.~-]+", re.ASCII)


def _in_address(number: str) -> str:
    """Quoted and escaped, where there is anything to quote or escape: a list asks it of every row."""
    return number if PLAIN.fullmatch(number) else escape(quote(number, safe=SAFE))


@dataclass(frozen=True)
class SortLink:
    label: Any
    url: str
    aria: str


class Addresses:
    """Part of ListPage."""

    spec: "ListSpec"
    request: HttpRequest
    shop: Any
    params: QueryDict
    tab: "Tab"
    sort: "Sort"
    descending: bool
    size: int
    slice: "Slice"

    def url(self, **changes: Any) -> str:
        """This page's query string with `changes`, from the first row on; None takes a parameter away."""
        changed = {name: [] if value in (None, "") else [str(value)] for name, value in changes.items()}
        kept = {name: values for name, values in self.params.lists() if name not in changed}
        query = urlencode(kept | changed, doseq=True)
        if not query and self.spec.key:  # an empty one would be the view this person begins with
            query = urlencode({"tab": self.tab.key})
        return f"?{query}"

    @cached_property
    def plain_query(self) -> str:
        """The page's query string without its place, its size and the view's name: what a saved view keeps."""
        params = self.params.copy()
        for name in ("size", "view"):
            params.pop(name, None)
        return params.urlencode()

    @cached_property
    def list_query(self) -> str:
        """The page's query string without its place: what a selection and a file are made from."""
        return self.params.urlencode()

    @property
    def here(self) -> str:
        """The address of this very page, its place included."""
        return self.request.get_full_path()

    @cached_property
    def come_back(self) -> str:
        """`?next=…` leading back to this page, to be put behind a row's address: worked out once for all rows."""
        return with_next(self.request, "")

    def link_to(self, name: str, *, back: bool = True) -> Callable[[str], str]:
        """A function from a row's number to the address of its page `name`, escaped; it is resolved once a page."""
        links = self.__dict__.setdefault("_links", {})
        if (name, back) not in links:
            head, _slot, tail = shop_url(self.shop, name, number=SLOT).partition(SLOT)
            tail += self.come_back if back else ""
            head, tail = escape(head), escape(tail)
            links[name, back] = lambda number: SafeString(f"{head}{_in_address(number)}{tail}")
        return links[name, back]

    @property
    def first_url(self) -> str:
        return self.url() if self.slice.previous else ""

    @property
    def previous_url(self) -> str:
        return self.url(before=self.slice.previous) if self.slice.previous else ""

    @property
    def next_url(self) -> str:
        return self.url(after=self.slice.next) if self.slice.next else ""

    @property
    def last_url(self) -> str:
        return self.url(last=1) if self.slice.next else ""

    @property
    def clear_url(self) -> str:
        """The tab without search and filters."""
        return self.url(**dict.fromkeys(["q", "view", *self.spec.filter_names]), tab=self.tab.key)

    @property
    def everything_url(self) -> str:
        return self.url(tab="all")

    def panel_url(self, **panel: Any) -> str:
        """This very page, its place included, with a panel open."""
        place = {name: self.request.GET[name] for name in PLACE if self.request.GET.get(name)}
        return self.url(**place, **panel)

    @property
    def filters_url(self) -> str:
        return self.panel_url(filters=1)

    @property
    def close_filters_url(self) -> str:
        return self.panel_url()

    @property
    def size_links(self) -> list[tuple[int, str, bool]]:
        """A list with a key keeps the size for the person, by a form: it has no addresses for sizes."""
        return [(size, "" if self.spec.key else self.url(size=size), size == self.size) for size in self.spec.sizes]

    def sort_link(self, key: str) -> SortLink:
        """A header's link: the other direction of the sort in force, descending first for any other."""
        sort = next(one for one in self.spec.sorts if one.key == key)
        if not sort.offered_in(self.tab.key):
            return SortLink(sort.label, "", "")
        current = sort.key == self.sort.key
        wanted = key if current and self.descending else f"-{key}"
        aria = ("descending" if self.descending else "ascending") if current else ""
        return SortLink(sort.label, self.url(sort=wanted), aria)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Hidden fields of the search form: tab, order, size and filters stay."""
        return self._hidden({"q"})

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        return self._hidden(set(self.spec.filter_names))

    def _hidden(self, without: set[str]) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self.params.lists() if name not in without for value in values]
