"""Public numbers: random per case, so a URL tells nothing about how many there are."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OF_BYTE = (ALPHABET * 8).encode()  # each character stands for as many bytes as every other
_seeded: ContextVar[Random | None] = ContextVar("seeded_numbers", default=None)


def public_number(prefix: str, length: int = 10) -> str:
    """`prefix` + `length` characters of Crockford base32 (50 bits at 10): "WO7K3M9QZX1A"."""
    seeded = _seeded.get()
    if seeded is None:
        return prefix + secrets.token_bytes(length).translate(OF_BYTE).decode()
    drawn = seeded.getrandbits(5 * length)
    return prefix + "".join([ALPHABET[drawn >> 5 * place & 31] for place in range(length)])


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Inside the block the numbers follow from `seed`; for demo data only, they can be guessed."""
    token = _seeded.set(Random(seed))
    try:
        yield
    finally:
        _seeded.reset(token)
