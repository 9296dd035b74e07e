"""Splitting a refund over an order's lines, in whole fen."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

from ..models import Order, OrderLine


def split(amount_minor: int, left: Sequence[int]) -> list[int]:
    """Share `amount_minor` out in proportion to what is left in each pot; the largest remainders get the odd fen.

    No pot gets more than it has; the shares sum to the amount exactly. Needs amount ≤ Σ left.
    """
    total = sum(left)
    if not 0 <= amount_minor <= total:
        raise ValueError(f"{amount_minor} fen can't be taken from {total}")
    if not total:
        return [0] * len(left)
    shares = [amount_minor * pot // total for pot in left]
    order = sorted(range(len(left)), key=lambda i: (-(amount_minor * left[i] % total), i))
    for index in order[: amount_minor - sum(shares)]:
        shares[index] += 1
    return shares


def of_payment(order: Order, lines: Sequence[OrderLine]) -> list[int]:
    """What the buyer paid less postage, over the lines by what they cost (by quantity where no price is known)."""
    goods = max(order.paid_minor - order.postage_minor, 0)
    costs = [line.price_minor * line.quantity for line in lines]
    weights = costs if any(costs) else [line.quantity for line in lines]
    return split(goods, [weight * goods for weight in weights]) if any(weights) else [0] * len(lines)


def over_lines(order: Order, lines: Sequence[OrderLine], amount_minor: int) -> dict[int, int]:
    """Line pk → fen of a refund nobody assigned to lines; what falls on none is postage or an order without lines."""
    pots = [line.left_minor for line in lines]
    pots.append(max(order.left_minor - sum(pots), 0))
    shares = split(amount_minor, pots)
    return {line.pk: share for line, share in zip(lines, shares, strict=False) if share}


def as_asked(
    order: Order, lines: Sequence[OrderLine], amount_minor: int, wanted: Mapping[int, int]
) -> dict[int, int]:
    """The lines' amounts as the caller named them; raises Invalid for a foreign line or one with too little left."""
    known = {line.pk: line for line in lines}
    for pk, share in wanted.items():
        line = known.get(pk)
        if line is None or share < 0:
            raise Invalid(_("A line named in this refund is not part of the order."), field="lines")
        if share > line.left_minor:
            raise Invalid(
                _("Only %(left)s is left of “%(title)s”.") % {"left": yuan(line.left_minor), "title": line.title},
                field="lines",
            )
    outside = amount_minor - sum(wanted.values())
    spare = order.left_minor - sum(line.left_minor for line in lines)
    if not 0 <= outside <= max(spare, 0):
        raise Invalid(_("The lines' amounts don't add up to the refund."), field="lines")
    return {pk: share for pk, share in wanted.items() if share}


def yuan(minor: int) -> str:
    """Fen as ¥ with two decimals and thousands."""
    return f"¥{minor // 100:,}.{minor % 100:02d}"
