"""How the record names a job and where it links."""

from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from foundation.audit import subjects
from foundation.shell.urls_for import shop_url

from .models import Job


def _url(job: Job) -> str | None:
    try:
        return shop_url(job.shop, "jobs:job", number=job.number) if job.shop_id else None
    except NoReverseMatch:
        return None


subjects.register(Job, label=_("Job"), url=_url)
