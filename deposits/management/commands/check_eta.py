"""`manage.py check_eta`: how often the estimate for a deposit refund held, on every closed case of our own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from deposits.eta import COVER
from deposits.eta_check import Score, held_out, score
from foundation.accounts.models import ShopKind

WIDTH, LAST = 18, 5_000


class Command(BaseCommand):
    help = (
        "Tells for every closed deposit refund what its shop would have read on applying – from cases closed before "
        "that only – and how often the interval held. Reads, changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shops", choices=ShopKind.values, default="", help="only cases of shops of this kind")
        parser.add_argument(
            "--last", type=int, default=LAST, metavar="N", help=f"the newest N closed cases ({LAST:,}); older ones are still known"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["last"] < 1:
            raise CommandError("--last is 1 or more.")
        found = score(held_out(options["shops"], options["last"]).iterator(chunk_size=500))
        self.stdout.write(f"{'from':<{WIDTH}} {'cases':>7} {'covered':>8} {'share':>8} {'as shown':>9}")
        for name, one in found.steps.items():
            self.stdout.write(_line(name, one))
        self.stdout.write(_line("all", found.overall))
        self.stdout.write(f"no estimate: {found.untold} (too few closed cases when they applied)")
        self.stdout.write(f"The interval promises {COVER} %; as shown it is rounded outwards to whole days.")


def _line(name: str, one: Score) -> str:
    return f"{name:<{WIDTH}} {one.cases:>7} {one.covered:>8} {_share(one.covered, one):>8} {_share(one.shown, one):>9}"


def _share(held: int, of: Score) -> str:
    return f"{100 * held / of.cases:.1f} %" if of.cases else "–"
