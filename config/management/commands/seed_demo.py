"""`manage.py seed_demo`: an invented marketplace to look at, deterministic in everything but the moment it is made."""

import argparse
import logging
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config.demo import bulk, cases, deposits, goods, parcels, people, side_by_side, tracks
from config.demo.book import KINDS, Book
from config.demo.log_ins import there
from config.demo.timeline import Timeline
from deposits.models import Category, DepositPolicy
from deposits.services.accounts import pay_in, set_required
from foundation.accounts.models import Shop, User
from foundation.catalog.services import record_listing_day
from foundation.ledger.services import Posting, post
from foundation.lifecycle import clock
from foundation.lifecycle.randoms import seeded
from foundation.notifications.services import deliver_all
from logistics.services.anomalies import watch
from workorders.services import escalate_due, remind_due

FLOAT = 3_000_000  # fen a shop brings along, so that its first cases don't put it into debt
PAST = timedelta(days=80)
LISTING_DAYS = 35


class Command(BaseCommand):
    help = (
        "Fill an empty database with demo data: shops, people (password houtai-demo-1), orders and cases in every "
        "state, some overdue and still open, none due within ten minutes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=600, metavar="N", help="orders in all (600)")
        parser.add_argument("--shops", type=int, default=2, metavar="K", help="shops; the first gets half (2)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed, the same book (1)")
        parser.add_argument(
            "--cases", type=int, metavar="C", help="work orders of the first shop in a large book (one per 200 orders)"
        )
        parser.add_argument(
            "--deposits", action=argparse.BooleanOptionalAction, default=True,
            help="the small shops with stories about their deposit (a large book never has them)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HOUTAI_MODE == "production":
            raise CommandError("Demo data is not put into a production database.")
        if options["orders"] < 0 or not 1 <= options["shops"] <= 500:
            raise CommandError("--orders is 0 or more, --shops between 1 and 500.")
        if Shop.objects.exists() or User.objects.filter(username="dianzhu").exists():
            raise CommandError("This database is not empty. Demo data goes into an empty one (another HOUTAI_VAR_DIR).")
        began, now = time.monotonic(), clock.now()
        for outbox in ("foundation.notifications", "logistics.services.calls", "deposits.services.waking"):  # no broker yet: beat will find them
            logging.getLogger(outbox).setLevel(logging.ERROR)
        numbers = f"houtai-demo:{options['seed']}"
        if options["orders"] > bulk.FROM or options["cases"] is not None:
            with seeded(numbers):  # what is written shop by shop draws numbers of its own
                self._stream(now, options)
        else:
            with seeded(numbers), transaction.atomic():  # all of it, or an empty database still
                self._fill(now, options)
        deliver_all(now)  # messages of days ago have left the house
        self.stdout.write(
            f"Demo data: {options['orders']} orders in {options['shops']} shops, seed {options['seed']}, "
            f"{time.monotonic() - began:.1f} s. Sign in as "
            + ", ".join(person.username for person in there())
            + f"; password {people.PASSWORD}."
        )

    def _fill(self, now: datetime, options: dict[str, Any]) -> None:
        shares, seed = _shares(options["orders"], options["shops"]), options["seed"]
        cast = people.make(len(shares), now=now - PAST, more=deposits.CODES if options["deposits"] else ())
        timeline = Timeline(now)
        for place, (shop, how_many) in enumerate(zip(cast.shops, shares, strict=True)):
            _endow(shop, now - PAST)
            book = Book(shop.code, goods.stock(shop, now=now - PAST), seed=seed, now=now)
            stories = [cases.STORIES, cases.SMALL][place] if place < 2 else []
            taken = cases.tell(timeline, cast, shop, book, stories[:how_many])
            if place == 0:
                taken += parcels.tell(timeline, cast, shop, book, how_many - taken - len(KINDS) - 2)
            timeline.arrive(shop, list(book.orders(how_many - taken)))
        for days in range(LISTING_DAYS, -1, -1):
            timeline.add(now - timedelta(days=days), lambda at: record_listing_day(now=at))
        timeline.run()
        tracks.bring_up(now)
        watch(now)
        escalate_due(now)
        remind_due(now)
        if options["deposits"]:
            deposits.tell(cast, now=now)

    def _stream(self, now: datetime, options: dict[str, Any]) -> None:
        """A large book, chunk by chunk, saying how far it has come: the first shop beside all the others."""
        cast = people.make(options["shops"], now=now - PAST)
        shelves = []
        for shop in cast.shops:
            _endow(shop, now - PAST)
            shelves.append(goods.stock(shop, now=now - PAST))
        for days in range(LISTING_DAYS, -1, -1):
            record_listing_day(now=now - timedelta(days=days))
        shares = _shares(options["orders"], options["shops"])

        def write(places: list[int]) -> None:
            clockwork = bulk.Clockwork()
            for place in places:
                book = Book(cast.shops[place].code, shelves[place], seed=options["seed"], now=now)
                stream = bulk.Stream(cast, cast.shops[place], book, Timeline(now), clockwork=clockwork, tell=self._say)
                stories = [cases.STORIES, cases.SMALL][place] if place < 2 else []
                asked = options["cases"] if place == 0 else None
                with seeded(f"houtai-demo:{options['seed']}:{place}"):
                    stream.write(shares[place], stories, asked)
            self._say(f"{cast.shops[places[0]].code}{' …' * (len(places) > 1)}: {clockwork}")

        with people.without_phones(cast):
            groups = [group for group in ([0], [*range(1, len(shares))]) if group]
            side_by_side.run([partial(write, group) for group in groups])
        clockwork = bulk.Clockwork()
        with clockwork.timing("anomalies"):
            watch(now)
        with clockwork.timing("reminders"):
            escalate_due(now)
            remind_due(now)
        with clockwork.timing("analysing"):
            bulk.analyse()
        self._say(str(clockwork))

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _endow(shop: Shop, now: datetime) -> None:
    """Money from outside that pays the deposit of a new shop and leaves something to work with."""
    rule = DepositPolicy.objects.in_force(now, kind=shop.kind, category=Category.GENERAL)
    brought = rule.required_minor + FLOAT
    post(Posting(f"topup:demo:{shop.code}", "topup", shop.pk, brought, note="开店充值（演示）"), by=None, now=now)
    pay_in(shop.pk, amount_minor=rule.required_minor, key=f"demo:{shop.code}", by=None, now=now)
    set_required([shop.pk], by=None, now=now)


def _shares(orders: int, shops: int) -> list[int]:
    """Half of the orders to the first shop, the rest evenly."""
    if shops == 1:
        return [orders]
    first = orders - orders // 2
    even, over = divmod(orders - first, shops - 1)
    return [first, *(even + (place < over) for place in range(shops - 1))]
