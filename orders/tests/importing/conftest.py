"""A shop to import into, and short ways to import a table."""

import io

import pytest

from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from orders.importing import start, steps

HEAD = "订单号,下单时间,支付时间,实付金额,退款金额"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def begin(shop, now):
    """A function: bytes → a job that is there, but not run."""

    def made(content: bytes | str, *, kind=start.RUN, told=None, on_bad=steps.SKIP, into=None) -> Job:
        content = content.encode() if isinstance(content, str) else content
        target = into or shop
        file = io.BytesIO(content)
        mapping, recognised = start.resolve(target, start.head_of(file), told)
        stored = start.store_upload(file, "orders.csv", shop=target, by=None, now=now)
        params = {"mapping": mapping, "recognised": recognised, "on_bad": on_bad}
        return jobs.start(kind, shop=target, by=None, now=now, params=params, input_file=stored, queued=False)

    return made


@pytest.fixture
def take(begin):
    """A function: bytes → the finished job."""

    def taken(content: bytes | str, **options) -> Job:
        return jobs.run_to_end(begin(content, **options).pk)

    return taken


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(steps, "chunk_size", lambda: 3)


def table(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


def paid_row(number: object, paid="10.00", refunded="0.00") -> str:
    return f"{number},2026-01-02 10:00:00,2026-01-02 10:01:00,{paid},{refunded}"
