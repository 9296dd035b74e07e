"""What the environment may say: nonsense is one sentence and exit 1; production refuses everything a demo may do."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config import environment

ROOT = Path(__file__).resolve().parent.parent
GIVEN = ("HOUTAI_MODE", "HOUTAI_DEBUG", "DATABASE_URL", "REDIS_URL", "PORT", "SECRET_KEY", "ALLOWED_HOSTS",
         "HOUTAI_WITHOUT_APPS", "HOUTAI_BEHIND_PROXY", "DATABASE_CONN_MAX_AGE", "HOUTAI_METRICS_TOKEN",
         "HOUTAI_ROLE", "DATABASE_STATEMENT_TIMEOUT")  # fmt: skip
PRODUCTION = {
    "HOUTAI_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "houtai.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
}


def manage(tmp_path, *arguments, **environment):
    """manage.py in a process of its own, with nothing set but `environment`."""
    bare = {key: value for key, value in os.environ.items() if key not in GIVEN}
    bare["HOUTAI_VAR_DIR"] = str(tmp_path / "var")
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**bare, **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOUTAI_MODE", "live"),
        ("HOUTAI_DEBUG", "perhaps"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "-1"),
        ("PORT", "٨٠٠٠"),
        ("DATABASE_URL", "mysql://localhost/houtai"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "postgres://localhost:notaport/houtai"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("REDIS_URL", "localhost"),
        ("REDIS_URL", "http://localhost:6379"),
        ("REDIS_URL", "redis://[x"),
        ("REDIS_URL", "redis://localhost:port/0"),
        ("HOUTAI_WITHOUT_APPS", "nosuchapp"),
        ("HOUTAI_VAR_DIR", "/etc/passwd"),
        ("HOUTAI_SANDBOX_CARRIER", "perhaps"),
        ("HOUTAI_KUAIDI100_POLL_URL", "ftp://poll.example"),
        ("HOUTAI_KUAIDI100_API_URL", "https://[x"),
        ("HOUTAI_METRICS_TOKEN", "short"),
        ("HOUTAI_METRICS_TOKEN", "ümlaute-sind-kein-ascii-und-nie-im-kopf"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(tmp_path, name, value):
    ended = manage(tmp_path, "check", **{name: value})
    assert ended.returncode == 1
    [line] = ended.stderr.strip().splitlines()
    assert line.startswith("Houtai does not start: ")
    assert line.endswith(".")
    assert name in line


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////tmp/x.sqlite3"}, "DATABASE_URL"),
        ({"HOUTAI_DEBUG": "1"}, "HOUTAI_DEBUG"),
    ],
)
def test_production_refuses_what_a_demo_may_do(tmp_path, changed, word):
    ended = manage(tmp_path, "check", **{**PRODUCTION, **changed})
    assert ended.returncode == 1
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"HOUTAI_ROLE": "web"}, "-c statement_timeout=5s"),
        ({"HOUTAI_ROLE": "jobs"}, "-c statement_timeout=30s"),
        ({"HOUTAI_ROLE": "jobs", "DATABASE_STATEMENT_TIMEOUT": "90"}, "-c statement_timeout=90s"),
    ],
)
def test_the_web_and_the_workers_never_wait_for_ever_for_one_statement(monkeypatch, given, expected):
    for name in ("HOUTAI_ROLE", "DATABASE_STATEMENT_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://houtai@127.0.0.1/houtai")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert environment.database(True, Path("/nowhere"))["OPTIONS"].get("options") == expected


def test_a_role_nobody_plays_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://houtai@127.0.0.1/houtai")
    monkeypatch.setenv("HOUTAI_ROLE", "cook")
    with pytest.raises(ImproperlyConfigured, match="HOUTAI_ROLE"):
        environment.database(True, Path("/nowhere"))


def test_production_is_clean_for_djangos_own_deployment_check(tmp_path):
    ended = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert ended.returncode == 0, ended.stderr
    assert "no issues (0 silenced)" in ended.stdout


def test_a_misspelt_gateway_shows_at_start(tmp_path):
    for sender, code in [("nowhere.Sender", "houtai.E001"), ("datetime.datetime", "houtai.E002")]:
        assert code in manage(tmp_path, "check", HOUTAI_SMS_SENDER=sender).stderr
    assert "deposits.E001" in manage(tmp_path, "check", HOUTAI_PAYOUT_GATEWAY="nobody").stderr
    assert "deposits.E002" in manage(tmp_path, "check", **PRODUCTION, HOUTAI_PAYOUT_GATEWAY="sandbox").stderr


def test_a_var_folder_others_can_read_is_told(tmp_path):
    (tmp_path / "var").mkdir(mode=0o755)
    (tmp_path / "var").chmod(0o755)
    assert "houtai.W001" in manage(tmp_path, "check", "--deploy", **PRODUCTION).stderr


def test_nothing_set_is_a_demo(tmp_path):
    ended = manage(tmp_path, "check")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o077 == 0


def test_the_demo_answers_loopback_hosts_only():
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/healthz", headers={"host": "houtai.example"}).status_code == 400


def test_nothing_may_be_written_into_a_page():
    policy = Client().get("/healthz").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy


def test_every_layer_is_installed_in_order():
    assert [app for app in settings.LAYERS if app in settings.HOUSE_APPS] == settings.HOUSE_APPS
