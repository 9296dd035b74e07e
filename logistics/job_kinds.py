"""The background jobs of logistics: a file of tracking numbers, looked at and entered."""

from django.utils.translation import gettext_lazy as _

from foundation.jobs import kinds
from foundation.jobs.models import Job
from foundation.shell.urls_for import shop_url

from .uploads import steps


def _preview_url(job: Job) -> str:
    return shop_url(job.shop, "logistics:preview-numbers", number=job.number)


def _run_url(job: Job) -> str:
    return shop_url(job.shop, "logistics:number-upload", number=job.number)


kinds.register(
    steps.PREVIEW, step=steps.preview_step, title=_("Look at a file of tracking numbers"), perm="logistics.ship",
    result_url=_preview_url, goes_on=True,
)  # fmt: skip
kinds.register(
    steps.RUN, step=steps.run_step, title=_("Tracking numbers uploaded"), perm="logistics.ship",
    result_url=_run_url, goes_on=True,
)  # fmt: skip
