"""How the web is served, whoever starts it: `gunicorn -c python:config.gunicorn config.wsgi:application`."""

import gc
import os
from typing import Any

from config import environment
from config.logs import logging_for

production = environment.mode() == "production"
worker_class = "gthread"
threads = 4
workers = environment.number("WEB_WORKERS", max(2, min(os.cpu_count() or 2, 8)) if production else 2, 1, 64)
timeout = 60  # seconds a worker may hang
graceful_timeout = 20  # seconds requests in flight get when the web ends
control_socket_disable = True
loglevel = "warning"
logconfig_dict = logging_for(production)
bind = f"127.0.0.1:{environment.number('PORT', 8000, 1, 65535)}"


def post_worker_init(worker: Any) -> None:
    """What a worker begins with stays to its end: the collector need not look through it again during a request."""
    gc.collect()
    gc.freeze()
