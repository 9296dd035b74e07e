"""`manage.py up`: everything starts, what dies is started again, Ctrl-C leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.stack.house import ROOT, until

pytestmark = [pytest.mark.stack, pytest.mark.once]
PARTS = ("gunicorn", "-Q clock", "-Q bulk", " beat ", "-server")


def test_a_second_house_in_the_same_folder_is_refused(standing):
    place = standing
    ended = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=place.environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "already runs" in ended.stderr


def test_a_port_somebody_uses_is_refused_with_a_sentence(house):
    place = house()
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", place.port))
        somebody.listen()
        ended = subprocess.run(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=place.environment, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"CommandError: Port {place.port}")


def test_what_is_killed_comes_back(standing):
    place = standing
    for part in PARTS:
        until(lambda part=part: place.pids(part), f"{part} runs")
        before = set(place.pids(part))
        place.send(part, signal.SIGKILL)
        until(lambda part=part, before=before: set(place.pids(part)) - before, f"{part} runs again")
    until(lambda: place.status() == 200, "the web answers again")


def test_everything_runs_and_ctrl_c_leaves_nothing(standing):
    place = standing
    until(lambda: all(place.pids(part) for part in PARTS), "web, workers, beat and broker run")
    assert (place.var / "broker").stat().st_mode & 0o077 == 0
    until(lambda: f"http://127.0.0.1:{place.port}/" in place.log.read_text(), "the address is printed")
    place.process.send_signal(signal.SIGINT)
    assert place.process.wait(60) == 0, place.log.read_text()[-2000:]
    assert place.pids() == []


def test_killing_the_supervisor_ends_the_house(standing):
    place = standing
    place.process.kill()
    place.process.wait(10)
    until(lambda: not place.pids(), "nothing is left", 60)


def test_the_wheels_broker_serves_where_none_is_installed(house):
    place = house(PATH=os.path.dirname(sys.executable))
    place.up()
    until(lambda: place.pids("valkey-server"), "the wheel's broker runs")
    place.python("from celery import current_app; current_app.send_task('notifications.deliver_due', queue='bulk')")


def _hear_ctrl_c() -> None:
    """A suite started in the background ignores SIGINT, and every child inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ending_make_alone_ends_the_house(house, tmp_path, number):
    place = house()
    recipe = tmp_path / "Makefile"
    recipe.write_text(f"run:\n\t@{sys.executable} manage.py up\n")
    with (tmp_path / "make.log").open("w") as log:
        make = subprocess.Popen(
            ["make", "-f", str(recipe), "run"], cwd=ROOT, env=place.environment, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=_hear_ctrl_c,
        )  # fmt: skip
        until(lambda: place.status() == 200, "the web answers")
        make.send_signal(number)
        make.wait(60)
    until(lambda: not place.pids(), "nothing is left", 60)
