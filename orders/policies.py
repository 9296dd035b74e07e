"""Rule rows of orders, seeded once."""

from datetime import UTC, datetime

from .models import OrderPolicy


def seed_policies() -> None:
    """Idempotent: a platform that has any order rule keeps its own."""
    if OrderPolicy.objects.exists():
        return
    OrderPolicy.objects.create(
        effective_from=datetime(2020, 1, 1, tzinfo=UTC),
        name_zh="订单结算",
        name_en="Settling orders",
        source_note="ours: no source gives the days between sign-off and settlement, nor how many buyers may be unmasked",
        settle_days_after_signed=15,
        reveals_per_hour=60,
    )
