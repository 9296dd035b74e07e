"""The background jobs of lists: a verb over many rows, and a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.jobs import kinds
from foundation.shell.urls_for import shop_url

from . import batches, files


def _result_url(job: Any) -> str:
    return shop_url(job.shop, "lists:batch-result", number=job.number)


kinds.register(
    batches.KIND, step=batches.step, title=_("Batch"), perm="jobs.view", result_url=_result_url, goes_on=True,
    perm_of=batches.perm_of,
)  # fmt: skip
kinds.register(files.KIND, step=files.step, prepare=files.prepare, title=_("Export of a list"), perm="lists.export")
