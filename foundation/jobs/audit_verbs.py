"""What the record says about background jobs."""

from django.utils.translation import gettext_lazy as _

from foundation.audit import verbs

verbs.register("jobs.started", _("Started job %(number)s"), icon="play")
verbs.register("jobs.finished", _("Job %(number)s is done"))
verbs.register("jobs.failed", _("Job %(number)s stopped with an error"), icon="x-circle")
verbs.register("jobs.cancelled", _("Cancelled job %(number)s"), icon="x-circle")
verbs.register("jobs.retried", _("Job %(number)s goes on from where it stopped"), icon="arrow-path")
