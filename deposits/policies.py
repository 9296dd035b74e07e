"""Rule rows of deposits, seeded once (rules §7)."""

from datetime import UTC, datetime

from foundation.accounts.models import ShopKind

from .models import Category, DepositPolicy, Level, QuotaPolicy, RefundPolicy, ViolationPolicy
from .states import Severity

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
OURS = "ours: no source gives the figure"

QUOTAS = {Level.BASIC: (200_000, "普通"), Level.GOOD: (1_000_000, "优质"), Level.GOLD: (5_000_000, "金牌")}


def seed_policies() -> None:
    """Idempotent: adds what has no row yet and never touches an edited one."""
    _seed_quotas()
    _seed_refund_rule()
    _seed_deposits()
    _seed_violations()


def _seed_quotas() -> None:
    known = set(QuotaPolicy.objects.values_list("level", flat=True))
    for level, (daily_minor, zh) in QUOTAS.items():
        if level not in known:
            QuotaPolicy.objects.create(
                level=level, daily_minor=daily_minor, effective_from=BEGINNING, name_zh=f"{zh}店铺每日退款额度",
                name_en=f"Daily refund quota: {level}", source_note=OURS,
            )  # fmt: skip


# Refunds of the deposit
def _seed_refund_rule() -> None:
    if not RefundPolicy.objects.exists():
        RefundPolicy.objects.create(
            effective_from=BEGINNING, name_zh="保证金退还", name_en="Deposit refunds",
            source_note="30 days listed in a row and no major violation are the platform's words; the other figures are ours",
        )  # fmt: skip


# Required deposits: a category without a row asks what general goods ask.
DEPOSITS = {
    (ShopKind.INDIVIDUAL, Category.GENERAL): (200_000, "个人店铺保证金"),
    (ShopKind.COMPANY, Category.GENERAL): (500_000, "企业店铺保证金"),
    (ShopKind.INDIVIDUAL, Category.FOOD): (300_000, "个人店铺保证金（食品）"),
    (ShopKind.COMPANY, Category.FOOD): (800_000, "企业店铺保证金（食品）"),
    (ShopKind.INDIVIDUAL, Category.ELECTRONICS): (400_000, "个人店铺保证金（数码电器）"),
    (ShopKind.COMPANY, Category.ELECTRONICS): (1_000_000, "企业店铺保证金（数码电器）"),
}


def _seed_deposits() -> None:
    known = set(DepositPolicy.objects.values_list("kind", "category"))
    for (kind, category), (required_minor, zh) in DEPOSITS.items():
        if (kind, category) not in known:
            DepositPolicy.objects.create(
                kind=kind, category=category, required_minor=required_minor, effective_from=BEGINNING, name_zh=zh,
                name_en=f"Required deposit: {kind}, {category}", source_note=OURS,
            )  # fmt: skip


# Violations: kind → severity, deduction in fen, recorded by reviewers, Chinese, English
VIOLATIONS = {
    "forfeited": (Severity.MINOR, 0, False, "工单超时未答复", "Work order not answered"),
    "lost": (Severity.MINOR, 0, False, "工单判责", "Work order lost"),
    "misleading": (Severity.MINOR, 5_000, True, "描述不符", "Misleading description"),
    "false_shipping": (Severity.MAJOR, 20_000, True, "虚假发货", "False shipping"),
    "counterfeit": (Severity.MAJOR, 200_000, True, "售卖假冒商品", "Counterfeit goods"),
    "prohibited": (Severity.MAJOR, 50_000, True, "售卖违禁商品", "Prohibited goods"),
    "harassment": (Severity.MINOR, 5_000, True, "骚扰买家", "Harassing a buyer"),
}


def _seed_violations() -> None:
    known = set(ViolationPolicy.objects.values_list("kind", flat=True))
    for kind, (severity, deduct_minor, by_reviewers, zh, en) in VIOLATIONS.items():
        if kind not in known:
            ViolationPolicy.objects.create(
                kind=kind, severity=severity, deduct_minor=deduct_minor, by_reviewers=by_reviewers,
                effective_from=BEGINNING, name_zh=zh, name_en=en, source_note=OURS,
            )  # fmt: skip
