"""Shares of an amount in basis points, in fen."""

FULL = 10_000


def share(amount_minor: int, basis_points: int) -> int:
    """`basis_points` of `amount_minor` (fen), half up: 5 bp of ¥10.00 = 0.5 fen → 1 fen."""
    return (amount_minor * basis_points + FULL // 2) // FULL


def at_stake(paid_minor: int, refunded_minor: int, share_bp: int) -> int:
    """Fen the buyer gets back of a case lost now: its share of paid, at most what is left of it."""
    return min(share(paid_minor, share_bp), paid_minor - refunded_minor)
