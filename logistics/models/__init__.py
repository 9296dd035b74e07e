"""Carriers and their fees; parcels and scans; interceptions, rules and requests; recalls and losses."""

from .carriers import Carrier, CarrierCode, CarrierFee, LogisticsPolicy, ShopHook
from .interceptions import CarrierCall, CarrierEvent, Interception
from .parcels import Attachment, Parcel, ParkedPush, Scan, Watch
from .recalls import Loss, Recall
from .rules import InterceptionRule, RefundRequest
from .unplaced import UnplacedWord

__all__ = [
    "Attachment",
    "Carrier",
    "CarrierCall",
    "CarrierCode",
    "CarrierEvent",
    "CarrierFee",
    "Interception",
    "InterceptionRule",
    "LogisticsPolicy",
    "Loss",
    "Parcel",
    "ParkedPush",
    "Recall",
    "RefundRequest",
    "Scan",
    "ShopHook",
    "UnplacedWord",
    "Watch",
]
