"""The background jobs of orders: the preview of an import, and the import."""

from django.utils.translation import gettext_lazy as _

from foundation.jobs import kinds
from foundation.jobs.models import Job
from foundation.shell.urls_for import shop_url

from .importing import start, steps


def _preview_url(job: Job) -> str:
    return shop_url(job.shop, "orders:preview-import", number=job.number)


def _result_url(job: Job) -> str:
    return shop_url(job.shop, "orders:import-result", number=job.number)


kinds.register(
    start.PREVIEW, step=steps.preview_step, prepare=steps.prepare, title=_("Preview of an order import"),
    perm="orders.import", result_url=_preview_url, goes_on=True,
)  # fmt: skip
kinds.register(
    start.RUN, step=steps.run_step, prepare=steps.prepare, title=_("Order import"),
    perm="orders.import", result_url=_result_url, goes_on=True,
)  # fmt: skip
