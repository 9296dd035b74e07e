"""The catalogue's share of `manage.py check_invariants`."""

from collections.abc import Iterator

from django.db.models import F

from foundation.lifecycle.invariants import invariant

from .models import Product


@invariant("I8", "A product's picture belongs to its shop")
def strayed_pictures() -> Iterator[str]:
    rows = Product.objects.filter(picture__isnull=False).exclude(picture__shop_id=F("shop_id"))
    for pk in rows.values_list("pk", flat=True)[:200]:
        yield f"product {pk} shows another shop's picture"
