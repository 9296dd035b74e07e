"""`manage.py write_lifecycles`: docs/lifecycle.md from the transition tables."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import override

from foundation.lifecycle.table import LIFECYCLES, Lifecycle


def page() -> str:
    """The whole document, one table per model, in English."""
    with override("en"):
        parts = [
            "# Lifecycles",
            "Generated from the tables in each app's `states.py` by `manage.py write_lifecycles`; a test compares.",
            *(_section(LIFECYCLES[name]) for name in sorted(LIFECYCLES)),
        ]
    return "\n\n".join(parts) + "\n"


def _section(lifecycle: Lifecycle) -> str:
    start = ", ".join(f"`{state}`" for state in lifecycle.start)
    lines = [
        f"## {lifecycle.name}",
        "",
        f"Begins in {start}.",
        "",
        "| verb | from | to | who | one way |",
        "|---|---|---|---|---|",
    ]
    for move in lifecycle.moves:
        sources = ", ".join(f"`{state}`" for state in move.sources)
        who = f"members with `{move.needs}`" if move.needs else move.by
        lines.append(
            f"| {move.label} (`{move.verb}`) | {sources} | `{move.target}` | {who} | {'yes' if move.one_way else ''} |"
        )
    return "\n".join(lines)


class Command(BaseCommand):
    help = "Write docs/lifecycle.md from the transition tables."

    def handle(self, *args: object, **options: object) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "lifecycle.md"
        target.write_text(page())
        self.stdout.write(f"{target.name} written")
