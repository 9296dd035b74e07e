"""The background jobs of work orders."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.jobs import kinds
from foundation.jobs.models import Job

from .bulk import files, steps
from .models import QuestionFile


def _file_of_questions(job: Job) -> str:
    file = QuestionFile.objects.get(pk=job.params["file"])
    return reverse("admin:workorders_questionfile", args=[file.number])


# the platform's own: no shop, so no member of one ever watches them
kinds.register(
    files.LOOK, step=steps.look_step, title=_("Look at a file of questions"), perm="jobs.view",
    result_url=_file_of_questions,
)  # fmt: skip
kinds.register(
    files.OPEN, step=steps.open_step, title=_("Work orders opened in bulk"), perm="jobs.view",
    result_url=_file_of_questions,
)  # fmt: skip
