"""The house keeps its shape: arrows, limits, and the few words that are never written."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .house import PACKAGES, ROOT, functions, sources, templates, text, tree

PEEL = [  # each app's tests pass with every upper app out of INSTALLED_APPS
    ("logistics", "dashboard,workorders"),
    ("orders", "dashboard,workorders,logistics"),
    ("deposits", "dashboard,workorders,logistics,orders"),
    ("foundation", "dashboard,workorders,logistics,orders,deposits"),
]


def offenders(check) -> list[str]:
    return [f"{path}:{found}" for path in sources() for found in check(path)]


def test_imports_point_down_only():
    ran = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout


def test_no_file_is_longer_than_400_lines():
    assert not [f"{path}: {len(text(path).splitlines())}" for path in sources() if len(text(path).splitlines()) > 400]


def test_no_function_is_longer_than_60_lines():
    assert not offenders(
        lambda path: [f"{f.lineno} {f.name}" for f in functions(path) if f.end_lineno - f.lineno + 1 > 60]
    )


def test_no_template_is_longer_than_150_lines():
    assert not [str(path) for path in templates() if len(text(path).splitlines()) > 150]


def test_no_first_party_import_hides_inside_a_function():
    def hidden(path):
        for function in functions(path):
            for node in ast.walk(function):
                names = []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or "."] if not node.level else ["."]
                elif isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                if any(name == "." or name.split(".")[0] in PACKAGES for name in names):
                    yield f"{node.lineno} {function.name}"

    # AppConfig.ready() is Django's own place for it: models don't exist before
    assert not [found for found in offenders(hidden) if not found.endswith(" ready")]


def test_status_is_set_in_services_only():
    def assigned(path):
        if "services" in str(path) or path.name == "services.py":
            return
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(isinstance(t, ast.Attribute) and t.attr == "status" for t in targets):
                yield node.lineno

    # `orders/importing` and `config/demo` build rows that arrive in a state; they call services for moves
    assert not offenders(assigned)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (r"\bpost_save\b", "a verb calls what it touches; signals hide it"),
        (r"__date\b", "days are Shanghai days as half-open UTC ranges"),
        (r"datetime\.(utcnow|now)\(\)", "one clock, always aware"),
        (r"timezone\.now\(", "one clock: lifecycle.clock.now()"),
        (r"(?<![\w.])print\(", "commands write to self.stdout"),
        (r"style=\"", "the CSP forbids inline style"),
        (r"\bonclick=", "the CSP forbids inline handlers"),
        (r"\.OFFSET|\boffset\s*=", "lists are keyset"),
    ],
)
def test_words_that_are_never_written(word, why):
    found = [str(path) for path in (*sources(), *templates()) if re.search(word, text(path))]
    assert not found, why


def test_every_service_and_model_says_what_it_is_for():
    def silent(path):
        if path.name == "models.py" or "models" in path.parts:
            nodes = [n for n in tree(path).body if isinstance(n, ast.ClassDef) and _is_model(n)]
        elif path.name == "services.py" or "services" in path.parts:
            nodes = [n for n in tree(path).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        else:
            return
        yield from (f"{n.lineno} {n.name}" for n in nodes if not ast.get_docstring(n))

    assert not offenders(silent)


def _is_model(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base) for base in node.bases}
    return bool(bases & {"models.Model", "PolicyRow", "AbstractUser"})


def test_every_signal_is_listed_in_the_docs():
    said = (ROOT / "docs" / "architecture.md").read_text()
    made = re.compile(r"^(\w+) = Signal\(", re.MULTILINE)
    names = [name for path in sources() for name in made.findall(text(path))]
    assert names and [name for name in names if f"signals.{name}`" not in said] == []


def test_migrations_are_named():
    assert not [
        str(path) for package in PACKAGES for path in (ROOT / package).rglob("migrations/0*.py") if "_auto_" in path.name
    ]


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize(("package", "without"), PEEL)
def test_each_apps_tests_pass_without_the_apps_above(package, without, tmp_path):
    ran = subprocess.run(
        [
            sys.executable, "-m", "pytest", package, "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly",
            "-m", "not once and not long and not race",  # the suite itself runs those
        ],
        cwd=ROOT,
        env={**os.environ, "HOUTAI_WITHOUT_APPS": without, "HOUTAI_VAR_DIR": str(tmp_path), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
