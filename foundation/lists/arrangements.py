"""What one person sees of one list: arrangement and saved views, read in one statement a page."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q

from foundation.lifecycle.prepared import Prepared

from .models import Kind, SavedView

SEEN = Prepared(
    lambda owner, shop, key: SavedView.objects.filter(
        Q(owner=owner) | Q(shop=shop, kind=Kind.SHARED), list_key=key
    ).order_by("name", "pk"),
    int, int, str,
)  # fmt: skip


@dataclass
class Arrangements:
    """`rows`: the person's arrangement of this list, their views of this shop, and the shop's shared ones."""

    user: Any = None
    shop: Any = None
    rows: list[SavedView] = field(default_factory=list)

    @classmethod
    def of(cls, user: Any, shop: Any, key: str) -> "Arrangements":
        """Nothing for a list without a key or for nobody: then the list's own columns are shown."""
        if not key or user is None or user.pk is None or shop is None:
            return cls(user, shop)
        found = SEEN.rows(user.pk, shop.pk, key)
        return cls(user, shop, [row for row in found if row.shop_id in (None, shop.pk)])

    @cached_property
    def layout(self) -> SavedView | None:
        return next((row for row in self.rows if row.kind == Kind.LAYOUT), None)

    @cached_property
    def views(self) -> list[SavedView]:
        return [row for row in self.rows if row.kind != Kind.LAYOUT]

    @property
    def columns(self) -> list[str]:
        """Keys in this person's order; [] for who never arranged anything."""
        return self.layout.columns if self.layout else []

    def view(self, uuid: str) -> SavedView | None:
        return next((one for one in self.views if str(one.uuid) == uuid), None) if uuid else None

    @cached_property
    def first(self) -> SavedView | None:
        """The view this person's list of this shop begins with."""
        chosen = self.layout.begins_with if self.layout else {}
        return self.view(str(chosen.get(str(self.shop.pk), ""))) if isinstance(chosen, dict) and self.shop else None
