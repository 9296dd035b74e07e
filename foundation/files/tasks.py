from celery import shared_task

from foundation.lifecycle import clock

from . import services


@shared_task(name="files.sweep_orphans")
def sweep_orphans(**_unknown: object) -> dict[str, int]:
    """Every night; removes only what no row names, so running it twice changes nothing."""
    return services.sweep_orphans(clock.now())
