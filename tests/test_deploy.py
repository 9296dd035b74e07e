"""What stands in deploy/ starts what `manage.py up` starts, and refuses to start with passwords nobody chose."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from config.supervisor import plan

from .house import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
READ = re.compile(r"(?:read|flag|number)\(\s*\"([A-Z_]+)\"")


def essence(argv):
    """From `-m` on, without what differs by place: the node's name, the schedule's folder."""
    words = list(argv[argv.index("-m") :])
    for option in ("-n", "--schedule"):
        if option in words:
            words[words.index(option) + 1] = "…"
    return words


def started(name, **instance):
    """The command of a unit file, as systemd would split it."""
    [line] = re.findall(r"^ExecStart=(.*)$", (DEPLOY / "systemd" / name).read_text(), re.MULTILINE)
    for specifier, value in {"i": "", "H": "host", **instance}.items():
        line = line.replace(f"%{specifier}", value)
    return shlex.split(line)


def composed(service):
    """The command of a service in compose.yaml (a list on one line)."""
    block = re.split(r"\n  \w+:", COMPOSE.split(f"\n  {service}:")[1])[0]
    [line] = re.findall(r"command: \[(.*)\]", block)
    return [word.strip().strip('"') for word in line.split(",")]


@pytest.fixture
def up(tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    return {process.name: process for process in plan.processes(tmp_path)}


def test_the_units_start_what_up_starts(up):
    assert essence(started("houtai-web.service")) == essence(up["web"].argv)
    for queue in ("clock", "bulk"):
        assert essence(started("houtai-worker@.service", i=queue)) == essence(up[queue].argv)
    assert essence(started("houtai-beat.service")) == essence(up["beat"].argv)


def test_the_containers_start_what_up_starts(up):
    for name in ("clock", "bulk", "beat"):
        assert essence(composed(name)) == essence(up[name].argv)
    [image_command] = re.findall(r"^CMD (.*)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    words = re.findall(r'"([^"]*)"', image_command)
    at = words.index("--bind")
    assert essence(words[:at] + words[at + 2 :]) == essence(up["web"].argv)


def test_the_target_wants_every_process(up):
    wanted = (DEPLOY / "systemd" / "houtai.target").read_text()
    for unit in ("houtai-web.service", "houtai-worker@clock.service", "houtai-worker@bulk.service", "houtai-beat.service"):
        assert unit in wanted
    assert set(up) == {"web", "clock", "bulk", "beat"}


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "REDIS_PASSWORD"])
def test_nothing_that_must_be_secret_has_a_default(name):
    uses = re.findall(r"\$\{" + name + r"([^}]*)\}", COMPOSE)
    assert uses and all(use.startswith(":?") for use in uses)
    assert re.search(rf"^{name}=$", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE)


def test_nothing_listens_to_the_world():
    assert re.findall(r"ports: \[\"([^\"]*)", COMPOSE) == ["127.0.0.1:${PORT:-8000}:8000"]
    assert "inside: {internal: true}" in COMPOSE


def test_the_image_does_not_run_as_root():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert lines.index("USER houtai") < next(n for n, line in enumerate(lines) if line.startswith("CMD"))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_units(tmp_path):
    for unit in [*UNITS, DEPLOY / "systemd" / "houtai.target"]:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/houtai/.venv/bin/python", "/bin/true"))
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    ended = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert not [line for line in ended.stderr.splitlines() if "houtai" in line]


def test_everything_the_environment_may_say_is_in_the_manual():
    said = (ROOT / "docs" / "operations.md").read_text()
    sources = [ROOT / "config" / name for name in ("environment.py", "settings.py", "celery.py", "gunicorn.py")]
    names = {name for path in sources for name in READ.findall(path.read_text())}
    assert len(names) > 10
    assert not [name for name in sorted(names) if f"`{name}`" not in said]


def test_the_examples_name_nothing_the_house_does_not_read():
    sources = "".join(Path(ROOT / "config" / name).read_text() for name in ("environment.py", "settings.py", "gunicorn.py"))
    for line in (DEPLOY / "houtai.env.example").read_text().splitlines():
        if line and not line.startswith("#"):
            assert f'"{line.partition("=")[0]}"' in sources, line
