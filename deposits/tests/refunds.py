"""What tests of deposit refunds share: a shop with a deposit, its rule, reviewers, and a gateway that does as told."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from deposits.models import RefundApplication, RefundPolicy, Violation, ViolationPolicy
from deposits.payouts import base
from deposits.payouts.base import Answer, Told
from deposits.services import applications
from deposits.states import Severity
from foundation.accounts import access
from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_reviewer
from foundation.ledger.services import Draw, Posting, balances, draw, post
from foundation.lifecycle.invariants import INVARIANTS

BEFORE = timedelta(days=400)
HUNDRED = 10_000


def fund(shop: Shop, minor: int, now: datetime, key: str = "") -> None:
    """A deposit of so many fen, from outside."""
    post(Posting(f"topup:{shop.pk}{key}", "topup", shop.pk, minor), by=None, now=now)
    settled = balances(shop)["settlement"]
    if settled:
        post(Posting(f"deposit:{shop.pk}{key}", "deposit_paid", shop.pk, settled), by=None, now=now)


def rule(now: datetime, **fields: Any) -> RefundPolicy:
    """The rule in force from now on; no days in a row asked for unless said."""
    values = {"listed_days": 0, "four_eyes_minor": 10**9, **fields}
    return RefundPolicy.objects.create(effective_from=now - BEFORE, name_zh="试", name_en="trial", **values)


def violate(
    shop: Shop, now: datetime, severity: str = Severity.MINOR, by: Any = None, at: datetime | None = None
) -> Violation:
    """A violation without a deduction, and what it stops, as `record_violations` does it."""
    policy = ViolationPolicy.objects.create(
        kind="trial", severity=severity, effective_from=now - BEFORE, name_zh="试", name_en="trial"
    )
    made = Violation.objects.create(
        shop=shop, key=f"trial:{Violation.objects.count()}:{shop.pk}", policy=policy, kind="trial", severity=severity,
        at=at or now, created_at=now,
    )  # fmt: skip
    applications.stop_for([made], by=by, now=now)
    return made


def seize(shop: Shop, minor: int, now: datetime, key: str) -> None:
    """A draw as a forfeit or a verdict makes it."""
    draw(Draw(key, "refund", shop.pk, minor), by=None, now=now)


def applied(shop: Shop, minor: int, now: datetime, key: str = "apply", by: Any = None) -> RefundApplication:
    return applications.apply(shop.pk, amount_minor=minor, reason="closing", key=f"{key}:{shop.pk}", by=by, now=now)


def in_review(shop: Shop, minor: int, now: datetime, by: Any, key: str = "apply") -> RefundApplication:
    return applications.take(applied(shop, minor, now, key).pk, by=by, now=now)


def approved(shop: Shop, minor: int, now: datetime, by: Any, key: str = "apply") -> RefundApplication:
    one = in_review(shop, minor, now, by, key)
    return applications.approve(one.pk, note="", version=one.version, by=by, now=now)


def holdings(shop: Shop) -> dict[str, int]:
    """The balances that are not zero."""
    return {kind: minor for kind, minor in balances(shop).items() if minor}


def broken() -> list[str]:
    """What the ledger's and the deposits' own invariants say."""
    ours = [one for one in INVARIANTS if one.check.__module__.startswith(("deposits", "foundation.ledger"))]
    assert len(ours) > 5
    return [sentence for one in ours for sentence in one.check()]


def deposit_reviewer(name: str = "deposit-reviewer") -> Any:
    return make_reviewer(name, access.REVIEW_DEPOSITS)


def operator(name: str = "operator") -> Any:
    return make_reviewer(name, access.OPERATIONS)


def photo(colour: tuple[int, int, int] = (200, 30, 30), name: str = "photo.jpg") -> SimpleUploadedFile:
    """A small picture as it is uploaded."""
    drawn = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), content_type="image/jpeg")


class FakeGateway:
    """Remembers what it paid; `does` and `says` are what the next calls raise or give (then it pays, and tells)."""

    name = "fake"

    def __init__(self) -> None:
        self.paid: dict[str, int] = {}  # key → fen, each key once
        self.calls: list[str] = []
        self.does: list[Any] = []  # for pay: an exception raised before or ("after", exception) once it was paid
        self.says: list[Any] = []  # for ask: an answer, None, an exception; else what it remembers
        self.told: Told | None = None
        self.twice = False
        self.meanwhile: Callable[[], None] = lambda: None

    def pay(self, *, key: str, amount_minor: int, payee: str, memo: str) -> Answer:
        self.calls.append(f"pay {key}")
        self.meanwhile()
        does = self.does.pop(0) if self.does else None
        if isinstance(does, BaseException):
            raise does
        self.paid.setdefault(key, amount_minor)
        answer = Answer(paid=True, reference=f"ref {key}")
        if self.twice and self.told:
            self.told(key, answer)
        if does is not None:
            raise does[1]
        return answer

    def ask(self, *, key: str) -> Answer | None:
        self.calls.append(f"ask {key}")
        if self.says:
            says = self.says.pop(0)
            if isinstance(says, BaseException):
                raise says
            return says
        return Answer(paid=True, reference=f"ref {key}") if key in self.paid else None


@pytest.fixture
def gateway(settings, monkeypatch) -> FakeGateway:
    """Payouts go through one fake."""
    fake = FakeGateway()

    def made(told: Told) -> FakeGateway:
        fake.told = told
        return fake

    monkeypatch.setitem(base.GATEWAYS, "fake", made)
    settings.PAYOUT_GATEWAY = "fake"
    return fake
