"""Frames of a request have room: a loop never pays the system for the memory of each call."""

import resource
import sys
import threading

import pytest

from foundation.lifecycle.roomy import roomy

pytestmark = pytest.mark.skipif(not hasattr(resource, "RUSAGE_THREAD"), reason="the system counts no faults per thread")
CALLS = 200


def _leaf(a=1, b=2, c=3, d=4, e=5):
    return a


def _faults_of_a_loop():
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        _leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def _deeper(levels):
    """The most faults a loop has at any of these depths."""
    here = _faults_of_a_loop()
    return max(here, _deeper(levels - 1)) if levels else here


def _in_a_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="whether the loop is slow without room is only known up to 3.13")
def test_without_room_a_loop_at_some_depth_asks_the_system_at_every_call():
    assert _in_a_thread(lambda: _deeper(200)) >= CALLS // 2


def test_with_room_it_never_does():
    assert _in_a_thread(lambda: roomy(_deeper)(200)) < CALLS // 2


def test_what_goes_in_and_comes_out_is_the_calls_own():
    assert roomy(lambda *args, **named: (args, named))(1, two=2) == ((1,), {"two": 2})
    with pytest.raises(ZeroDivisionError):
        roomy(lambda: 1 / 0)()
