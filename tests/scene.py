"""Two shops that hold one of everything, and everybody who could ask for it."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from deposits.services import applications as deposit_refunds
from deposits.services.violations import NewViolation, record_violations
from foundation.accounts import access
from foundation.accounts.models import Shop, User
from foundation.accounts.roles import Role
from foundation.accounts.tests import factories
from foundation.catalog.models import ListingDay
from foundation.entry import services as entry
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.ledger.services import Posting, post
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lists import batches, registry
from foundation.lists.models import Kind, SavedView
from foundation.lists.selection import ALL, Asked, Selection
from foundation.notifications.services import tell
from logistics.models import Parcel
from logistics.services import create_rule, open_recall
from logistics.services.rules import Terms
from logistics.states import Anomaly, ParcelState
from logistics.tests.factories import intercept, make_parcel
from logistics.uploads import steps as numbers
from orders.importing import start as importing
from orders.importing import steps
from orders.tests.factories import make_order
from workorders import services as workorders
from workorders.services import evidence


@dataclass
class World:
    """One shop and its things: name of a thing → the key its URLs carry."""

    shop: Shop
    staff: dict[str, User]
    things: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)  # role → things only they may ask for, or once


def a_picture(
    size: tuple[int, int] = (800, 600), colour: str = "#889900", name: str = "slip.jpg"
) -> SimpleUploadedFile:
    """A small JPEG upload of our own."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def build(code: str) -> World:
    """A shop with all five roles, an order, an open work order with a voucher, a job, an invitation, a notice."""
    now = clock.now()
    shop = factories.make_shop(code)
    world = World(shop, {role: factories.make_member(shop, role) for role in Role.values})
    owner = world.staff["owner"]
    order = make_order(shop, now)
    case = workorders.open_work_order(
        order.pk, type="not_received", platform_text="The buyer says nothing came.", by=None, now=now
    )
    voucher = evidence.add_voucher(case.pk, a_picture(), by=owner, now=now, slots=["shipping_slip"])
    preview, run = an_import(shop, owner)
    numbers_preview, numbers_run = a_file_of_numbers(shop, owner)
    told = {
        role: tell("workorders.opened", case, shop_id=shop.pk, data={}, now=now, users=[user])[0].number
        for role, user in world.staff.items()
    }
    view = SavedView.objects.create(
        owner=owner, shop=shop, list_key="orders", kind=Kind.SHARED, name="Ours", updated_at=now
    )
    invitation, _token = entry.invite(
        shop.pk, role="service", name="somebody new", phone="", request_key=uuid.uuid4(), by=owner, now=now
    )
    world.things = {
        "code": shop.code,
        "order": order.number,
        "parcel": Parcel.objects.get(order=order).number,
        "numbers_preview": numbers_preview.number,
        "numbers_run": numbers_run.number,
        **interception_things(shop, owner),
        **lost_things(shop, owner),
        "violation": a_violation(shop),
        "refund": a_refund(shop, owner),
        "work_order": case.number,
        "voucher": str(voucher.uuid),
        "file": str(voucher.file.uuid),
        "import_file": str(preview.input_file.uuid),
        "preview": preview.number,
        "job": run.number,
        "member": f"{code}-temporary-owner",
        "invitation": invitation.number,
        "notice": told["owner"],
        "view": str(view.uuid),
        "list": "orders",
        "verb": "flag",
        "batch": a_batch(shop, owner).number,
    }
    for role in Role.values:  # whoever asks may send one of these home, and another of them may ask next
        user = factories.make_member(shop, "warehouse", f"{code}-temporary-{role}")
        world.own[role] = {"notice": told[role], "member": user.username}
    return world


def a_batch(shop: Shop, owner: User) -> Job:
    """All orders of the shop flagged as a batch."""
    spec, now = registry.get("orders"), clock.now()
    asked = Asked(ALL, (), "")
    selection = Selection(asked, batches.verb_of(spec, "flag"), asked.query(spec, shop, now, owner))
    return batches.start(selection, {"flag": "red"}, shop=shop, by=owner, now=now, key=None, back="")


def an_import(shop: Shop, owner: User) -> tuple[Job, Job]:
    """A previewed file of one order and the run that was started from it, waiting for a worker."""
    now = clock.now()
    upload = io.BytesIO("订单号,实付金额,下单时间\n261101-1,12.50,2026-11-01 10:00:00\n".encode())
    stored = importing.store_upload(upload, "orders.csv", shop=shop, by=owner, now=now)
    mapping, recognised = importing.resolve(shop, importing.head_of_stored(stored), None)
    preview = importing.start_preview(
        stored, mapping, recognised=recognised, on_bad=steps.SKIP, shop=shop, by=owner, now=now
    )
    preview = jobs.run_to_end(preview.pk)
    return preview, importing.start_run(preview, on_bad=steps.SKIP, by=owner, now=now)


def a_file_of_numbers(shop: Shop, owner: User) -> tuple[Job, Job]:
    """A previewed file of one tracking number and its run, waiting for a worker."""
    now = clock.now()
    waiting = make_order(shop, now, status="to_ship", carrier="", tracking_number="", physically_shipped_at=None)
    upload = SimpleUploadedFile(
        "numbers.csv", f"订单号,快递公司,物流单号\n{waiting.number},中通,73100000000099\n".encode()
    )
    preview = jobs.run_to_end(numbers.start_preview(upload, shop=shop, by=owner, now=now).pk)
    return preview, numbers.start_run(preview, by=owner, now=now)


def interception_things(shop: Shop, owner: User) -> dict[str, Any]:
    """A running interception and a rule that is off."""
    now = clock.now()
    rule = create_rule(shop.pk, Terms("Dear ones"), by=owner, now=now)
    return {"interception": intercept(make_parcel(shop, now), now).number, "rule": rule.number}


def lost_things(shop: Shop, owner: User) -> dict[str, Any]:
    """A lost parcel, one that left without a number, and a recall of it."""
    now = clock.now()
    lost = make_parcel(shop, now, anomaly=Anomaly.LOST, anomaly_at=now, last_scan_at=now - timedelta(days=3))
    unnumbered = make_parcel(shop, now, tracking_number="", status=ParcelState.LABEL)
    recall = open_recall(unnumbered.pk, by=owner, now=now, key=f"scene:{shop.code}")
    return {"lost": lost.number, "unnumbered": unnumbered.number, "recall": recall.number}


def a_violation(shop: Shop) -> str:
    """A violation a reviewer recorded."""
    now = clock.now()
    [found] = record_violations([NewViolation(shop.pk, "misleading", f"scene:{shop.code}", now)], by=None, now=now)
    return found.number


def a_refund(shop: Shop, owner: User) -> str:
    """An application for a part of the deposit of a shop that had products listed on every day."""
    now = clock.now()
    days = [shanghai_day(now) - timedelta(days=back) for back in range(1, 31)]
    ListingDay.objects.bulk_create([ListingDay(shop=shop, day=day, listed_count=5) for day in days])
    post(Posting(f"scene:{shop.code}:topup", "topup", shop.pk, 10_000_000), by=None, now=now)
    post(Posting(f"scene:{shop.code}:deposit", "deposit_paid", shop.pk, 5_000_000), by=None, now=now)
    made = deposit_refunds.apply(
        shop.pk, amount_minor=10_000, reason="", key=f"scene:{shop.code}", by=owner, now=now
    )
    return made.number


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def reviewers() -> dict[str, User]:
    """The platform's people: one per desk, and a superuser."""
    return {
        "reviewer": factories.make_reviewer("reviewer", access.REVIEW_WORK_ORDERS),
        "deposits": factories.make_reviewer("deposit-desk", access.REVIEW_DEPOSITS),
        "rules": factories.make_reviewer("rules", access.RULES),
        "operations": factories.make_reviewer("operations", access.OPERATIONS),
        "superuser": factories.make_superuser(),
    }
