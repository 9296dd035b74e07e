"""`make bench`: every promise of speed as a ratio measured on this machine, printed and kept in bench/results.json.

    python bench/run.py [--only pages,forfeit,…] [--orders N] [--rounds N] [--fresh] [--check]

Needs PostgreSQL (TEST_DATABASE_URL or 127.0.0.1:5432); makes and keeps a database houtai_bench of 1,000,000 orders, one
shop holding half of them. See docs/performance.md.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402

from bench import figures, house  # noqa: E402
from bench.figures import Figure, say  # noqa: E402

ORDERS = 1_000_000
Part = Callable[[], Iterator[Figure]]


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="houtai-bench-") as folder:
        port = house.free_port()
        url = house.address(house.DATABASE if options.orders == ORDERS else f"{house.DATABASE}_{options.orders}")
        os.environ |= {
            "DATABASE_URL": url, "HOUTAI_VAR_DIR": folder, "PORT": str(port), "HOUTAI_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }  # fmt: skip
        os.environ.pop("HOUTAI_DEBUG", None)
        house.prepare(url, orders=options.orders, fresh=options.fresh)
        django.setup()
        found = _measure(_parts(port, options), options.only)
    figures.table(found)
    if options.orders == ORDERS:
        figures.keep(found)
    missed = [figure.name for figure in found if figure.reaches(figure.must) is False]
    say(
        f"\n{len(found)} figures, {len(missed)} below what they must reach"
        + (f": {', '.join(missed)}" if missed else ".")
    )
    return 1 if missed and options.check else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", default="", help="pages, money, forfeit, files, import, compose, hooks, what-if; several with commas"
    )
    parser.add_argument("--orders", type=int, default=ORDERS, help="a smaller book, in a database of its own; not kept")
    parser.add_argument("--rounds", type=int, default=40, help="of pages (40)")
    parser.add_argument("--fresh", action="store_true", help="fill the database anew")
    parser.add_argument("--check", action="store_true", help="fail when a figure misses what it must reach")
    return parser.parse_args()


def _parts(port: int, options: argparse.Namespace) -> dict[str, Part]:
    from bench import compose, files, forfeit, hooks, importing, money, pages, whatif  # noqa: PLC0415  they need Django set up

    def all_pages() -> Iterator[Figure]:
        with house.served(port):
            yield from pages.measure(pages.sign_in("dianzhu", port), pages.sign_in("pingtai", port), options.rounds)

    def import_while_paging() -> Iterator[Figure]:
        with house.served(port):
            yield from importing.measure(pages.sign_in("dianzhu", port))

    def pushes() -> Iterator[Figure]:
        with house.served(port):
            yield from hooks.measure(port)

    return {
        "pages": all_pages, "money": money.measure, "forfeit": forfeit.measure, "files": files.measure,
        "import": import_while_paging, "compose": compose.figures, "hooks": pushes, "what-if": whatif.measure,
    }  # fmt: skip


def _measure(parts: dict[str, Part], only: str) -> list[Figure]:
    wanted = [name.strip() for name in only.split(",") if name.strip()] or list(parts)
    unknown = set(wanted) - set(parts)
    if unknown:
        raise SystemExit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}.")
    found: list[Figure] = []
    for name in wanted:
        say(f"== {name}")
        for figure in parts[name]():
            found.append(figure)
            row = figure.as_row()
            say(f"  {figure.name}: {row['value']} {figure.unit}, ratio {row['ratio']}, must {figure.must}")
    return found


if __name__ == "__main__":
    sys.exit(main())
