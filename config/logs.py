"""One event, one line: JSON in production, words in a demo. Never a phone number, an address, a secret or a line break.

The same for the web, gunicorn, the workers and beat: whatever reaches Python's logging ends in the same handler. Values under keys
that hold secrets are left out, and every text, tracebacks included, is looked through for what must not be kept (S36).
"""

import json
import re
from typing import Any

import structlog
from structlog.typing import EventDict

LONGEST_TEXT = 8000  # characters of one value; a traceback is cut in the middle
SECRET_KEY = re.compile(r"(?i)passw|token|cookie|secret|signature|authorization|(^|_)(code|otp)$")
PHONE = re.compile(r"(?<!\d)((?:\+?(?:00)?86[ -]?)?[1１][3-9３-９]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LEAKS = (  # what to look for, what stays of it; PostgreSQL, say, quotes the whole row it refuses
    (re.compile(r"(Failing row contains )\(.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL), r"\1(…)"),
    (re.compile(r"(Key \([^)]{0,200}\)=)\([^\n]*"), r"\1(…)"),
    (re.compile(r"(/invite/)[^/\s\"']+"), r"\1…"),
    (re.compile(r"(://[^/\s:@]{0,60}:)[^@\s/]{1,200}@"), r"\1…@"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{6,}"), r"\1 …"),
    (re.compile(r"(?i)((?:password|passwd|token|cookie|sessionid|secret|signature|authorization)[\"']?\s{0,2}[=:]\s{0,2})(?:'[^'\n]*'|\"[^\"\n]*\"|\S+)"),
     r"\1…"),
    (re.compile(r"(?i)((?:code|otp|验证码)\D{0,4})\d{4,8}(?!\d)"), r"\1…"),
    (re.compile(r"([\u4e00-\u9fff]{2,6}[省市区县])[\u4e00-\u9fff][^,，;；()\n\"']{2,60}"), r"\1…"),  # 浙江省杭州市西湖区…
    (PHONE, r"\1****\2"),
)  # fmt: skip

SUSPECT = re.compile(r"\d{4}|[省市区县=:(]|/invite/|(?i:bearer|basic)")  # every leak has one of these
OURS = {"at", "level", "logger", "request_id"}  # written by this house's own processors, never by a person


def clean(text: str) -> str:
    """Mobile numbers as 138****8000, addresses cut behind the province, secrets left out, at most 8,000 characters."""
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT // 2] + " … " + text[-LONGEST_TEXT // 2 :]
    if SUSPECT.search(text):
        for pattern, rest in LEAKS:
            text = pattern.sub(rest, text)
    return text


def tidy(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A processor: every value of the event, however deep, cleaned; what a secret's key holds is left out."""
    return {key: value if key in OURS else _tidied(key, value, 0) for key, value in event.items()}


def _tidied(key: Any, value: Any, depth: int) -> Any:
    if SECRET_KEY.search(str(key)) and not isinstance(value, bool | None):
        return "…"
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, int) or abs(value) < 10**10 else clean(str(value))  # a phone as a number
    if isinstance(value, dict) and depth < 4:
        return {clean(str(name)): _tidied(name, inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple | set) and depth < 4:
        return [_tidied("", inner, depth + 1) for inner in list(value)[:100]]
    return clean(str(value))


def without_trace(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A processor: what Django refused (a strange host, a forged form, too many fields) was the asker's doing, no fault of ours."""
    if str(event.get("logger", "")).startswith("django.security"):
        event.pop("exc_info", None)
    return event


def as_json(_logger: Any, _method: str, event: EventDict) -> str:
    """One JSON object; a reader splits lines at \\n and nothing else breaks one."""
    return CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(event, ensure_ascii=False))


def as_words(_logger: Any, _method: str, event: EventDict) -> str:
    """The same for people: moment, level, logger, request id, words, the rest as name=value."""
    at, level, logger = event.pop("at", ""), event.pop("level", ""), event.pop("logger", "")
    request, words = event.pop("request_id", "-"), event.pop("event", "")
    trace = event.pop("exception", "")
    rest = " ".join(f"{name}={value}" for name, value in event.items() if value is not None)
    line = " ".join(filter(None, [at, level, logger, f"request={request}", str(words), rest, str(trace)]))
    return CONTROL.sub(lambda found: found.group().encode("unicode_escape", "backslashreplace").decode(), line)


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def logging_for(production: bool) -> dict[str, Any]:
    """Sets structlog up and gives Python's LOGGING, for every process of the house.

    Every line is rendered in the handler, whoever logged: our own structlog loggers, Django, gunicorn, Celery, a library.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_trace,
            structlog.processors.format_exc_info,
            tidy,
            as_json if production else as_words,
        ],
        "foreign_pre_chain": SHARED,
    }
    quiet = "INFO" if production else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["line"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},  # 4xx stand in the request's own line
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # so do these
            "axes": {"level": "ERROR"},  # its warnings carry user names
            "celery": {"level": "WARNING"},
            "celery.app.trace": {"level": "CRITICAL"},  # django-structlog says task_failed, with the same traceback
            "django_structlog": {"level": quiet},  # tasks queued, started, done
            "gunicorn": {"level": quiet},
            "gunicorn.access": {"level": "CRITICAL"},  # the request's own line says more, and no query
            "gunicorn.error": {"level": quiet, "handlers": [], "propagate": True},
        },
    }
