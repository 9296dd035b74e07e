"""`manage.py make_parcels`: first parcels of orders that were here before parcels were."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from foundation.lifecycle import clock
from logistics.services.arriving import CHUNK, backfill_chunk


class Command(BaseCommand):
    help = "Make the first parcel of every order that has none, in chunks; may be stopped and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chunk", type=int, default=CHUNK, help="orders per transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        after, made = 0, 0
        while True:
            after, some = backfill_chunk(after, now=clock.now(), size=options["chunk"])
            if not after:
                break
            made += some
        self.stdout.write(f"{made} parcels made")
