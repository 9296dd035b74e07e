"""Verbs on what a shop lists."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Greatest

from foundation.accounts.models import Shop, ShopStatus, User
from foundation.audit.services import Line, record_many
from foundation.lifecycle.deadlines import SHANGHAI, shanghai_day
from foundation.lifecycle.locks import lock

from .models import ListingDay, Product, Sku

REASON_LENGTH = 200


@dataclass(frozen=True)
class Wanted:
    """A product, and one SKU of it if `sku_code` is given, as an import or the platform names it; price in fen."""

    code: str
    title: str
    sku_code: str = ""
    sku_name: str = ""
    price_minor: int = 0
    stock: int = 0


@dataclass
class Found:
    """`products` by code, `skus` by (product code, SKU code)."""

    products: dict[str, Product] = field(default_factory=dict)
    skus: dict[tuple[str, str], Sku] = field(default_factory=dict)


@transaction.atomic
def ensure_products(shop: Shop, wanted: Iterable[Wanted], *, now: datetime) -> Found:
    """Give back every wanted product and SKU, adding those the shop has not; what exists is not changed.

    Set-wise and safe to run twice or side by side: the unique codes decide, the first title wins. Added in the order of
    their codes, so that two imports of the same products never wait for each other in a circle.
    """
    lines: dict[tuple[str, str], Wanted] = {}
    titles: dict[str, str] = {}
    for line in wanted:
        lines.setdefault((line.code, line.sku_code), line)
        titles.setdefault(line.code, line.title)
    found = Found(products=_products(shop, titles))
    missing = sorted(code for code in titles if code not in found.products)
    if missing:
        Product.objects.bulk_create(
            [Product(shop=shop, code=code, title=titles[code], created_at=now) for code in missing],
            ignore_conflicts=True,
        )
        found.products |= _products(shop, missing)
    found.skus = _ensure_skus(found.products, [line for key, line in sorted(lines.items()) if line.sku_code])
    return found


def _products(shop: Shop, codes: Iterable[str]) -> dict[str, Product]:
    return {product.code: product for product in Product.objects.filter(shop=shop, code__in=list(codes))}


def _ensure_skus(products: dict[str, Product], lines: list[Wanted]) -> dict[tuple[str, str], Sku]:
    if not lines:
        return {}
    codes = {product.pk: code for code, product in products.items()}

    def known() -> dict[tuple[str, str], Sku]:
        rows = Sku.objects.filter(product_id__in=codes, code__in={line.sku_code for line in lines})
        return {(codes[sku.product_id], sku.code): sku for sku in rows}

    found = known()
    missing = [line for line in lines if (line.code, line.sku_code) not in found]
    if missing:
        Sku.objects.bulk_create(
            [
                Sku(
                    product=products[line.code], code=line.sku_code, name=line.sku_name,
                    price_minor=line.price_minor, stock=line.stock,
                )
                for line in missing
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        found = known()
    return found


@transaction.atomic
def delist_many(
    product_pks: Iterable[int], *, reason: str, until: datetime | None, by: User | None, now: datetime
) -> list[Product]:
    """Take products off the shelf for the platform, until `until` (UTC) or, with None, until somebody decides (§6).

    Never refused: a product already delisted keeps the later end and its first reason, and is not told of twice. One
    UPDATE for those delisted now, one per new end for those prolonged. Returns what this call changed, by pk.
    """
    products = lock(Product.objects.filter(pk__in=set(product_pks)))
    fresh = [product for product in products if not product.is_delisted(now)]
    longer = [product for product in products if product.is_delisted(now) and _ends_later(product, until)]
    if fresh:
        fields = {
            "listed": False,
            "delisted_at": now,
            "delisted_by_platform": True,
            "delisted_until": until,
            "delist_reason": reason[:REASON_LENGTH],
        }
        _write(fresh, fields)
        _tell("catalog.delisted", fresh, reason, by, now)
    if longer:
        _write(longer, {"delisted_by_platform": True, "delisted_until": until})
        _tell("catalog.prolonged", longer, reason, by, now)
    return sorted(fresh + longer, key=lambda product: product.pk)


def _ends_later(product: Product, until: datetime | None) -> bool:
    if product.delisted_until is None:
        return False
    return until is None or until > product.delisted_until


def _write(products: list[Product], fields: dict[str, object]) -> None:
    Product.objects.filter(pk__in=[product.pk for product in products]).update(**fields)
    for product in products:
        for name, value in fields.items():
            setattr(product, name, value)


def _tell(verb: str, products: list[Product], reason: str, by: User | None, now: datetime) -> None:
    until = products[0].delisted_until
    day = {"until": f"{until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"} if until else {}
    record_many(
        verb if until else f"{verb}_for_good",
        [Line(product, reason=reason, data={"title": product.title, **day}) for product in products],
        by=by, now=now,
    )  # fmt: skip


@transaction.atomic
def record_listing_day(*, now: datetime) -> int:
    """Write today's (Shanghai) row of every active shop; the fullest look of the day stays. Returns rows that changed.

    Safe to run twice and side by side: one row per shop and day, the count only grows. A delisting whose end has come
    counts as listed again.
    """
    today = shanghai_day(now)
    on_shelf = Q(products__listed=True) | Q(products__delisted_until__lte=now)
    counts = dict(
        Shop.objects.filter(status=ShopStatus.ACTIVE)
        .annotate(on_shelf=Count("products", filter=on_shelf))
        .values_list("pk", "on_shelf")
    )
    known = dict(ListingDay.objects.filter(day=today).values_list("shop_id", "listed_count"))
    new = [ListingDay(shop_id=pk, day=today, listed_count=count) for pk, count in counts.items() if pk not in known]
    ListingDay.objects.bulk_create(new, ignore_conflicts=True)
    grown = {pk: count for pk, count in counts.items() if pk in known and count > known[pk]}
    for pk, count in grown.items():
        ListingDay.objects.filter(day=today, shop_id=pk).update(listed_count=Greatest(F("listed_count"), count))
    return len(new) + len(grown)
