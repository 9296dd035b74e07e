"""Asking the broker itself, for those who watch the house; tasks go through Celery."""

from typing import Any

import redis
from django.conf import settings

PATIENCE = 0.5  # seconds to connect, and again to answer


def client() -> Any:
    """A connection that gives up after a second in all, to the broker Celery uses."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return redis.Redis.from_url(
        url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=None, max_connections=1
    )


def answers() -> bool:
    """Whether it says PONG within a second."""
    try:
        with client() as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False


def waiting(queues: tuple[str, ...]) -> dict[str, int]:
    """Queue → messages no worker has taken yet; empty if the broker does not answer."""
    try:
        with client() as broker:
            return {queue: broker.llen(queue) for queue in queues}
    except redis.RedisError:
        return {}
