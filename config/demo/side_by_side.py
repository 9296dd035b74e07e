"""Work of the large demo that does not touch each other, done at the same time."""

import gc
import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait

from django.db import connection, connections


def run(works: Sequence[Callable[[], object]]) -> None:
    """Each in a process of its own; one after the other where the database takes one writer or a transaction is open.

    The first that fails ends the others; RuntimeError then (its own words stand on stderr).
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or len(works) < 2:
        for work in works:
            work()
        return
    connections.close_all()  # a connection belongs to one process
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=_quickly, args=(work,), daemon=True) for work in works]
    for process in running:
        process.start()
    try:
        while running:
            wait([process.sentinel for process in running])
            failed = [process for process in running if process.exitcode]
            if failed:
                raise RuntimeError(f"A part of the demo data broke off (exit code {failed[0].exitcode}).")
            running = [process for process in running if process.is_alive()]
    finally:
        for process in running:
            process.terminate()


def _quickly(work: Callable[[], object]) -> None:
    """A child writes and forgets millions of rows: it looks for circles of them seldom, and does not wait for the disk

    at each commit. A demo that breaks off is thrown away.
    """
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    work()
