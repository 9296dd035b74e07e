"""What a work order is made of: the case with its answers and verdicts, and the evidence that goes with it."""

from .bulk import QuestionFile, QuestionRow
from .cases import Answer, Decision, Draft, Forfeiture, ParkedWorkOrder, WorkOrder
from .claims import Presence
from .evidence import LibraryItem, Sheet, Voucher
from .rules import Option, PolicyStage, Stage, VoucherKind, WorkOrderPolicy

__all__ = [
    "Answer", "Decision", "Draft", "Forfeiture", "LibraryItem", "Option", "ParkedWorkOrder", "PolicyStage", "Presence",
    "QuestionFile", "QuestionRow", "Sheet", "Stage", "Voucher", "VoucherKind", "WorkOrder", "WorkOrderPolicy",
]
