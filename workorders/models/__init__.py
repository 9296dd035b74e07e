"""What a work order is made of: the case with its answers and verdicts, and the evidence that goes with it."""

from .cases import Answer, Decision, Draft, Forfeiture, ParkedWorkOrder, WorkOrder, WorkOrderPolicy
from .evidence import Sheet, Voucher

__all__ = [
    "Answer", "Decision", "Draft", "Forfeiture", "ParkedWorkOrder", "Sheet", "Voucher", "WorkOrder", "WorkOrderPolicy",
]
