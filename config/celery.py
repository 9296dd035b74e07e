"""Celery: two queues with a worker each, `clock` (what is due) and `bulk` (chunks of long jobs).

Rows carry the work (architecture law 4): a lost message, worker or broker delays something, never loses it. A task
taken by a worker that dies comes back after the visibility timeout; every task may run twice and changes nothing then.
"""

import os
import time
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.exceptions import OperationalError
from structlog.contextvars import bind_contextvars

from foundation.audit.context import new_request_id, request_id
from foundation.lifecycle.roomy import roomy

from . import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

HARD_LIMIT = 280  # seconds; a task that hangs is ended before its message comes back, so it never runs beside itself
SILENCE = 5  # seconds a broker that did not answer is not asked again


class RoomyTask(Task):
    """A task whose loops never run on the edge of frame memory."""

    __call__ = roomy(Task.__call__)


class House(Celery):
    """A click that wants to wake a worker waits for a dead broker once, not once per message: rows carry the work."""

    _silent_until = 0.0

    def send_task(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._silent_until:
            raise OperationalError("The broker did not answer a moment ago.")
        try:
            return super().send_task(*args, **kwargs)
        except OperationalError:
            self._silent_until = time.monotonic() + SILENCE
            raise


app = House("houtai", task_cls=RoomyTask)
app.conf.update(
    task_default_queue="clock",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_acks_on_failure_or_timeout=True,
    task_ignore_result=True,
    task_soft_time_limit=HARD_LIMIT - 20,
    task_time_limit=HARD_LIMIT,
    task_publish_retry=False,  # a click never waits for the broker: the row is there, beat picks it up
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=2,
    broker_transport_options={
        "visibility_timeout": environment.number("HOUTAI_VISIBILITY_TIMEOUT", 300, 5, 3600),
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "socket_keepalive": True,
        "max_retries": 0,
        "retry_on_timeout": False,
    },
    timezone="Asia/Shanghai",
    enable_utc=True,
)
app.steps["worker"].add(DjangoStructLogInitStep)  # a task takes over the request id its message carries


@bind_extra_task_metadata.connect
def _name_the_task(task: Any, **_kwargs: object) -> None:
    """Every line of a task says which it is; one that no click queued has an id of its own."""
    bind_contextvars(task=task.name, request_id=request_id() or new_request_id("job-"))


@app.on_configure.connect
def _use_settings(sender: Celery, **_kwargs: object) -> None:
    """Settings are read when a broker is first needed, so that importing this module costs nothing."""
    sender.conf.broker_url = settings.REDIS_URL
    sender.conf.beat_schedule_filename = str(settings.HOUTAI_VAR_DIR / "beat-schedule")


@setup_logging.connect
def _keep_house_logging(**_kwargs: object) -> None:
    """Workers log as the web does; Celery would put its own format in place."""


app.autodiscover_tasks()
