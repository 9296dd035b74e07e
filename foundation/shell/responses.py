"""What a refused verb answers: the page again with a sentence, the right status, and everything typed kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.lifecycle.errors import DomainError


def refused(request: HttpRequest, error: DomainError, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render `template` again with the error on top (context gains `refusal`); the form in it keeps its input."""
    form = context.get("form")
    if form is not None and error.field and form.is_bound and error.field in form.fields:
        form.add_error(error.field, str(error))
    return render(request, template, {**context, "refusal": error}, status=error.status_code)
