"""Background jobs' share of `manage.py check_invariants`."""

from collections.abc import Iterator

from django.db.models import F, Q

from foundation.lifecycle.invariants import invariant

from .models import Job


@invariant("I8", "A job's files belong to its shop")
def strayed_files() -> Iterator[str]:
    given = Q(input_file__isnull=False) & ~Q(input_file__shop_id=F("shop_id"))
    made = Q(output_file__isnull=False) & ~Q(output_file__shop_id=F("shop_id"))
    for number in Job.objects.filter(given | made).values_list("number", flat=True)[:200]:
        yield f"job {number} has another shop's file"
