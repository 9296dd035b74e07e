"""Who pays deposits out: `base` says what a gateway does, one module each does it; HOUTAI_PAYOUT_GATEWAY names ours."""

from . import booked, sandbox
from .base import gateway, register

register(booked.NAME, booked.Booked)
register(sandbox.NAME, sandbox.Sandbox)

__all__ = ["gateway"]
