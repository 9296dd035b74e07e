"""How many statements an answer took, told in a header to whoever asks for it."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

ASK, TELL = "X-Count-Statements", "X-Statements"


def count_statements(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost middleware: without the header it costs one look."""

    def answer(request: HttpRequest) -> HttpResponse:
        if ASK not in request.headers:
            return get_response(request)
        statements = []

        def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            statements.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response[TELL] = str(len(statements))
        return response

    return answer
