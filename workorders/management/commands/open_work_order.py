"""`manage.py open_work_order ORDER --shop NAME --type not_received --text "…"`: the platform asks a question."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from foundation.accounts.models import Shop
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.policies.models import NoPolicy
from orders.models import Order, OrderLine
from workorders import services
from workorders.rule_rows import NOT_RECEIVED


class Command(BaseCommand):
    help = "Open a work order on an order: at once, or queued behind an unfinished one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order", help="order number")
        parser.add_argument("--shop", required=True, help="shop name, code or ID")
        parser.add_argument("--type", default=NOT_RECEIVED, help="code of a type that has a rule")
        text = parser.add_mutually_exclusive_group(required=True)
        text.add_argument("--text", help="the platform's words, verbatim")
        text.add_argument("--text-file", type=Path, help="a UTF-8 file with them")
        parser.add_argument("--slot", action="append", dest="slots", help="voucher asked for; may be repeated")
        parser.add_argument("--line", type=int, help="position of the order line it is about, from 0")
        parser.add_argument("--compensation-bp", type=int, help="basis points of the line paid, instead of the rule's")
        parser.add_argument("--json", action="store_true", help="last line as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        order = self._order(options["shop"], options["order"])
        text = options["text"] if options["text"] is not None else self._read(options["text_file"])
        try:
            case = services.open_work_order(
                order.pk, type=options["type"], platform_text=text, asked_slots=options["slots"],
                line=self._line(order, options["line"]), compensation_bp=options["compensation_bp"], by=None,
                now=clock.now(),
            )
        except (DomainError, NoPolicy) as refusal:
            raise CommandError(str(refusal)) from refusal
        due = case.due_at.isoformat() if case.due_at else ""
        if options["json"]:
            self.stdout.write(json.dumps({"number": case.number, "status": case.status, "due_at": due}))
        else:
            self.stdout.write(f"{case.number} {case.status} {due}".strip())

    def _order(self, shop: str, number: str) -> Order:
        shops = list(Shop.objects.filter(Q(name=shop) | Q(code=shop) | Q(number=shop))[:2])
        if len(shops) != 1:
            raise CommandError(f"No shop “{shop}”." if not shops else f"More than one shop answers to “{shop}”.")
        order = Order.objects.filter(shop=shops[0], number=number).first()
        if order is None:
            raise CommandError(f"The shop {shops[0].name} has no order {number}.")
        return order

    def _line(self, order: Order, position: int | None) -> OrderLine | None:
        if position is None:
            return None
        line = order.lines.filter(position=position).first()
        if line is None:
            raise CommandError(f"The order {order.number} has no line at position {position}.")
        return line

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"The text can't be read: {problem}") from problem
