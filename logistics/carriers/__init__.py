"""Who we talk to about parcels: `base` says what an adapter does, one module each does it."""

from . import kuaidi100, sandbox
from .base import adapter, register

IS_ON = {kuaidi100.SOURCE: kuaidi100.is_on, sandbox.SOURCE: sandbox.is_on}

register(kuaidi100.SOURCE, kuaidi100.Kuaidi100)
register(sandbox.SOURCE, sandbox.Sandbox)

__all__ = ["adapter", "is_on"]


def is_on(name: str) -> bool:
    """Whether anybody answers under that adapter's name in this house; if not, scans come by push alone."""
    return name in IS_ON and IS_ON[name]()
