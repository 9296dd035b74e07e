"""Who may open the rows a file of numbers was refused; pictures put to parcels are attachments like those of contacts."""

from django.http import HttpRequest

from foundation.files import access
from foundation.files.models import Purpose, StoredFile
from foundation.jobs.models import Job
from foundation.lists.file_access import is_over

from .uploads import steps


def may_open_refused(request: HttpRequest, stored: StoredFile) -> bool:
    """Those who may enter numbers, as long as the file is kept."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.can("logistics.ship") or is_over(stored):
        return False
    return Job.objects.filter(output_file=stored, kind=steps.RUN).exists()


access.register(Purpose.EXPORT, may_open_refused)
