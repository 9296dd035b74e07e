"""Carriers, their fees, what codes mean, and when a parcel counts as lost: rows, seeded once."""

from datetime import UTC, datetime

from .carrier_rows import AGAIN_AFTER_CANCEL, CANNOT_INTERCEPT, CARRIERS, INTERCEPT, KUAIDI100, SOURCE
from .models import Carrier, CarrierCode, CarrierFee, LogisticsPolicy

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def seed_policies() -> None:
    """Idempotent: adds what has no row yet and never touches an edited one."""
    known = set(Carrier.objects.values_list("code", flat=True))
    for position, row in enumerate(CARRIERS, start=1):
        if row[0] not in known:
            _add_carrier(position * 10, *row)
    _seed_codes("kuaidi100", {code: state.value for code, state in KUAIDI100.items()})
    _seed_codes("kuaidi100:intercept", INTERCEPT)
    if not LogisticsPolicy.objects.exists():
        LogisticsPolicy.objects.create(
            effective_from=BEGINNING, name_zh="包裹监控与丢件", name_en="Watching parcels",
            source_note="ours: still for 48 h = lost, the hours of the watch, and who pays are no published figures",
            platform_phone="400-000-0000", platform_service_url="https://platform.example.test/service/",
        )  # fmt: skip


def _add_carrier(
    position: int, code: str, zh: str, en: str, kuaidi100: str, phone: str, patterns: list[str], accepts_in: list[str],
    fee_minor: int, charged_on: str,
) -> None:  # fmt: skip
    carrier = Carrier.objects.create(
        code=code, name_zh=zh, name_en=en, kuaidi100=kuaidi100, phone=phone, number_patterns=patterns,
        service_url=f"https://{code}.example.test/service/", can_intercept=code not in CANNOT_INTERCEPT,
        accepts_in=accepts_in, again_after_cancel=code in AGAIN_AFTER_CANCEL, position=position,
    )  # fmt: skip
    CarrierFee.objects.create(
        carrier=carrier, effective_from=BEGINNING, name_zh=f"{zh}拦截费", name_en=f"{en}: interception",
        source_note=SOURCE, intercept_minor=fee_minor, charged_on=charged_on,
    )  # fmt: skip


def _seed_codes(source: str, meanings: dict[str, str]) -> None:
    known = set(CarrierCode.objects.filter(source=source).values_list("code", flat=True))
    CarrierCode.objects.bulk_create(
        CarrierCode(source=source, code=code, meaning=meaning)
        for code, meaning in meanings.items()
        if code not in known
    )
