"""What the environment may say, and a sentence for what it may not.

Everything the outside decides is read here, once, by `settings.py`; a value that can't be meant is refused
before anything starts (rules S44).
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
MODES = ("demo", "production")
LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 107
SECRET_MIN_LENGTH = 50
TOKEN_MIN_LENGTH = 20
STATEMENT_TIMEOUTS = {"": 0, "web": 5, "jobs": 30}  # role → seconds
WEAK_SECRETS = ("insecure", "changeme", "change-me", "secret", "django", "houtai", "example")


def refuse(sentence: str) -> None:
    raise ImproperlyConfigured(sentence)


def read(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off, nothing else."""
    text = read(name).lower()
    if text in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if text == "" else text in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not “{text}”.")


def number(name: str, default: int, low: int, high: int) -> int:
    text = read(name) or str(default)
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        refuse(f"{name} must be a whole number from {low} to {high}, not “{text}”.")
    return int(text)


def mode() -> str:
    value = read("HOUTAI_MODE") or "demo"
    if value not in MODES:
        refuse(f"HOUTAI_MODE must be demo or production, not “{value}”.")
    return value


def var_dir(base: Path) -> Path:
    """Where everything that changes lives: database, pictures, broker, logs. Private to this user."""
    path = Path(read("HOUTAI_VAR_DIR") or base / "var").expanduser()
    path = path if path.is_absolute() else base / path
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        refuse(f"HOUTAI_VAR_DIR “{path}” can't be used as a folder: {problem.strerror}.")
    if not os.access(path, os.W_OK | os.X_OK):
        refuse(f"HOUTAI_VAR_DIR “{path}” can't be written to.")
    (path / "static").mkdir(exist_ok=True)
    return path.resolve()


def secret_key(production: bool, var: Path) -> str:
    """Production brings its own key; a demo makes one and keeps it in the var folder."""
    key = read("SECRET_KEY")
    if production:
        if len(key) < SECRET_MIN_LENGTH or len(set(key)) < 10 or key.lower().startswith(WEAK_SECRETS):
            refuse("production needs SECRET_KEY: at least 50 random characters, not a default one.")
        return key
    return key or _demo_key(var / "secret.key")


def _demo_key(path: Path) -> str:
    for _ in range(3):
        if path.exists() and (key := path.read_text().strip()):
            return key
        spare = path.with_name(f"{path.name}.{os.getpid()}")
        spare.write_text(secrets.token_urlsafe(60))
        spare.chmod(0o600)
        try:
            os.link(spare, path)  # atomic: of two processes starting at once, one key stays
        except FileExistsError:
            if not path.read_text().strip():
                path.unlink(missing_ok=True)
        finally:
            spare.unlink()
    raise ImproperlyConfigured(f"“{path}” can't be written.")


def allowed_hosts(production: bool) -> list[str]:
    hosts = [host.strip() for host in read("ALLOWED_HOSTS").split(",") if host.strip()]
    if not production:
        return ["localhost", "127.0.0.1", "[::1]", ".localhost"]
    if not hosts or "*" in hosts:
        refuse("production needs ALLOWED_HOSTS: the names this site answers to, separated by commas, without “*”.")
    return hosts


def origins(hosts: list[str]) -> list[str]:
    """Where our own forms may be sent from; “.shop.example” means every name under it."""
    return [f"https://{'*' if host.startswith('.') else ''}{host}" for host in hosts]


def database(production: bool, var: Path) -> dict:
    """PostgreSQL from DATABASE_URL, else SQLite in the var folder; production takes PostgreSQL only."""
    url = read("DATABASE_URL")
    if not url:
        if production:
            refuse("production needs DATABASE_URL=postgres://…; SQLite is for demos.")
        return _sqlite(var / "houtai.sqlite3")
    scheme = url.split(":", 1)[0]
    if scheme == "sqlite" and not production:
        path = url.removeprefix("sqlite:///")
        if not path or path == url or ":memory:" in path:
            refuse("DATABASE_URL for SQLite is sqlite:///path/to/file; the processes share the file.")
        return _sqlite(Path(path))
    if scheme not in ("postgres", "postgresql"):
        refuse(f"DATABASE_URL must start with postgres://, not “{scheme}:”.")
    try:
        parts = env.db_url_config(url)
    except (ValueError, ImproperlyConfigured):
        parts = {}
    if not parts.get("NAME"):
        refuse("DATABASE_URL names no database: postgres://user:password@host:5432/name.")
    return _postgres(parts)


def _sqlite(path: Path) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            # IMMEDIATE takes the write lock when a transaction begins, so it never fails half-way through;
            # Django itself turns foreign keys on.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
        },
        # a file, because races are run on it and an in-memory database refuses a second writer at once
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"houtai-test-{os.getpid()}.sqlite3")},
    }


def statement_timeout() -> int:
    """Seconds one statement may take (S40): 5 in the web, 30 in the workers; commands take what they take (0)."""
    role = read("HOUTAI_ROLE")
    if role not in STATEMENT_TIMEOUTS:
        refuse(f"HOUTAI_ROLE must be web, jobs or empty, not “{role}”.")
    return number("DATABASE_STATEMENT_TIMEOUT", STATEMENT_TIMEOUTS[role], 0, 3600)


def _postgres(parts: dict) -> dict:
    options = {"connect_timeout": 5, **parts.get("OPTIONS", {})}
    if seconds := statement_timeout():
        options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()
    return {
        **parts,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,  # a database restart costs the requests in flight, nothing after them
        "CONN_MAX_AGE": number("DATABASE_CONN_MAX_AGE", 60, 0, 3600),
        "OPTIONS": options,
        "TEST": {"NAME": f"test_{parts['NAME']}_{os.getpid()}"},
    }


def redis_url(var: Path) -> str:
    """The broker: REDIS_URL, else the Unix socket on which `manage.py up` starts its own."""
    url = read("REDIS_URL")
    if not url:
        return f"redis+socket://{broker_socket(var)}"
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:  # a bracket left open, a port that is no number
        parts = urlsplit("")
    if parts.scheme == "unix":
        return "redis+socket" + url.removeprefix("unix")
    if parts.scheme == "redis+socket" and parts.path:
        return url
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        refuse("REDIS_URL must look like redis://host:6379/0 or unix:///path/to/socket.")
    return url


def broker_socket(var: Path) -> Path:
    """In `var/broker/`, or, where that path is too long for a socket, in a private folder under /tmp."""
    path = var / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path(f"/tmp/houtai-{os.getuid()}-{digest}/broker.sock")  # noqa: S108  0700, checked by the supervisor


def metrics_token() -> str:
    """What Prometheus shows to read /metrics; without one, production answers nobody."""
    token = read("HOUTAI_METRICS_TOKEN")
    if token and (len(token) < TOKEN_MIN_LENGTH or not token.isascii()):
        refuse(f"HOUTAI_METRICS_TOKEN must be at least {TOKEN_MIN_LENGTH} random ASCII characters.")
    return token


def kuaidi100(production: bool) -> dict[str, str]:
    """The account with the tracking service, and where it answers; without a key nobody there is asked anything."""
    found = {
        name: read(f"HOUTAI_KUAIDI100_{name.upper()}") for name in ("key", "customer", "secret", "poll_url", "api_url")
    }
    for name, usual in (("poll_url", "https://poll.kuaidi100.com"), ("api_url", "https://api.kuaidi100.com")):
        found[name] = (found[name] or usual).rstrip("/")
        try:
            parts = urlsplit(found[name])
            known = bool(parts.hostname) and (parts.port or True)
        except ValueError:
            known = False
        if not known or parts.scheme not in (("https",) if production else ("https", "http")):
            refuse(f"HOUTAI_KUAIDI100_{name.upper()} must look like {usual}.")
    return found


def without_apps(layers: list[str]) -> list[str]:
    """The house without what HOUTAI_WITHOUT_APPS names (labels or dotted names)."""
    names = {name.strip() for name in read("HOUTAI_WITHOUT_APPS").split(",") if name.strip()}
    unknown = names - set(layers) - {app.rpartition(".")[2] for app in layers}
    if unknown:
        refuse(f"HOUTAI_WITHOUT_APPS names no app of this house: {', '.join(sorted(unknown))}.")
    return [app for app in layers if app not in names and app.rpartition(".")[2] not in names]
