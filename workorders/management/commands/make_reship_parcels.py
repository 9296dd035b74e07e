"""`manage.py make_reship_parcels`: the parcels of answers that sent the goods again before parcels were."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workorders.services.reshipping import CHUNK, backfill_chunk


class Command(BaseCommand):
    help = "Make the reship parcel of every answer that has a reship number, in chunks; may be stopped and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chunk", type=int, default=CHUNK, help="answers per transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        after, made, left_out = 0, 0, 0
        while True:
            done = backfill_chunk(after, size=options["chunk"])
            if not done.last:
                break
            after, made, left_out = done.last, made + done.made, left_out + len(done.refused)
            for number, why in done.refused:
                self.stdout.write(f"{number}: {why}")
        self.stdout.write(f"{made} reship parcels made, {left_out} answers left out")
