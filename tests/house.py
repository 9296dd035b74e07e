"""What the tests of the house read: our source files as syntax trees, our templates as text."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "dashboard", "workorders", "logistics", "orders", "deposits", "foundation")


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "conftest.py"


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file of the product, tests and migrations left out."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return tuple(sorted(p.relative_to(ROOT) for p in found if not is_test(p) and "migrations" not in p.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted(path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*.html")))


def text(path: Path) -> str:
    return (ROOT / path).read_text()


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
