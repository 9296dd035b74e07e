"""The case: a question with a clock, the shop's answer to each stage, and how it ended."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.lifecycle import deadlines
from foundation.lifecycle.prepared import Prepared
from orders.models import ContactRecord, Order, OrderLine, Refund

from .. import states
from ..querysets import WorkOrderQuerySet
from ..states import Branch, Outcome, Reason, Status
from .rules import Option, Stage, WorkOrderPolicy

FORFEITURE: Prepared["Forfeiture"] = Prepared(lambda case: Forfeiture.objects.filter(work_order=case), int)


class WorkOrder(models.Model):
    """One question of the platform about one order; answered once per window, or paid for (rules §6).

    Verbs: start_clock, advance, submit, agree, forfeit, win, lose, ask_more (states.LIFECYCLE). Invariants: at most one
    running case per order, the rest queue behind it; an open case has its deadline; a forfeited one has exactly one
    Forfeiture. Each stage of the rule has a window of its own; so has each "ask for more". `due_at` and the consequences are copies: a later rule never moves an open case. `version` grows with
    every change of the case or its draft; a page made from an older one is refused.
    """

    LIFECYCLE = states.LIFECYCLE

    number = models.CharField(_("work order number"), max_length=20, unique=True)
    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="work_orders")
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="work_orders")
    line = models.ForeignKey(
        OrderLine, verbose_name=_("order line"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    policy = models.ForeignKey(
        WorkOrderPolicy, verbose_name=_("rule in force"), on_delete=models.PROTECT, related_name="+"
    )
    type = models.SlugField(_("type"), max_length=24, db_index=False)
    stage = models.PositiveSmallIntegerField(_("stage"), default=1)
    status = models.CharField(_("state"), max_length=12, choices=Status)
    version = models.PositiveIntegerField(_("version"), default=1)
    platform_text = models.TextField(_("the platform's words"))
    asked_slots = models.JSONField(_("vouchers asked for"), default=list)
    created_at = models.DateTimeField(_("created"))
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    window_no = models.PositiveSmallIntegerField(_("round"), default=1)
    window_opened_at = models.DateTimeField(_("round opened"), null=True, blank=True)
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    review_due_at = models.DateTimeField(_("to decide by"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("handed to the platform"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    last_branch = models.CharField(_("last answer"), max_length=16, choices=Branch, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    refund_share_bp = models.PositiveIntegerField(_("share refunded (1/10,000)"), default=10_000)
    compensation_bp = models.PositiveIntegerField(_("compensation (1/10,000)"), default=0)
    delists = models.BooleanField(_("takes goods off"), default=False)
    delist_days = models.PositiveIntegerField(_("days taken off"), default=0)
    counts_dispute = models.BooleanField(_("counts as a dispute"), default=True)
    next_reminder_at = models.DateTimeField(_("next reminder"), null=True, blank=True)
    reminders_sent = models.JSONField(_("reminders sent"), default=list)
    parked_at = models.DateTimeField(_("set aside at"), null=True, blank=True)
    parked_reason = models.TextField(_("set aside because"), blank=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(status__in=states.RUNNING), name="workorders_one_running_per_order"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=states.RUNNING) | Q(due_at__isnull=False, opened_at__isnull=False),
                name="workorders_running_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(claimed_until=None) | Q(status=Status.OPEN, assigned_to__isnull=False),
                name="workorders_claim_is_somebodys",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "status", "due_at", "id"], name="workorders_least_time_left"),
            models.Index(fields=["shop", "created_at", "id"], name="workorders_newest"),
            models.Index(fields=["shop", "status", "created_at", "id"], name="workorders_state_newest"),
            models.Index(fields=["due_at", "id"], condition=Q(status="open"), name="workorders_overdue"),
            models.Index(fields=["next_reminder_at"], condition=Q(status="open"), name="workorders_reminders"),
            models.Index(fields=["review_due_at", "id"], condition=Q(status="answered"), name="workorders_review"),
            models.Index(fields=["order", "id"], condition=Q(status="queued"), name="workorders_queued"),
            models.Index(
                fields=["shop", "due_at", "id"], condition=Q(status="open", assigned_to=None), name="workorders_unassigned"
            ),
            models.Index(
                fields=["shop", "assigned_to", "due_at", "id"], condition=Q(status="open"), name="workorders_of_person"
            ),
            models.Index(
                fields=["claimed_until", "id"], condition=Q(claimed_until__isnull=False), name="workorders_claims"
            ),
            models.Index(
                fields=["shop", "closed_at", "status"], condition=Q(closed_at__isnull=False), name="workorders_closed"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def is_overdue(self, now: datetime) -> bool:
        """Whether the window has passed unanswered; the very instant of the deadline is still in time."""
        return self.status == Status.OPEN and self.due_at is not None and deadlines.is_overdue(self.due_at, now)

    def takes_answers(self, now: datetime) -> bool:
        """Whether evidence, drafts and answers are accepted now."""
        return self.status == Status.OPEN and not self.is_overdue(now)

    def is_review_overdue(self, now: datetime) -> bool:
        """Whether the platform itself is late: answered, undecided, past the review deadline."""
        due = self.review_due_at
        return self.status == Status.ANSWERED and due is not None and deadlines.is_overdue(due, now)

    def get_type_display(self) -> str:
        """The type's name in the reader's language, from the rule the case stands on."""
        return self.policy.name

    @property
    def step(self) -> Stage:
        """The stage the case is in."""
        return self.policy.stage(self.stage)

    @property
    def is_closed(self) -> bool:
        return self.status in states.CLOSED

    @property
    def window(self) -> timedelta:
        """Length of the present window."""
        return (self.due_at - self.window_opened_at) if self.due_at and self.window_opened_at else timedelta(0)

    @cached_property
    def effects(self) -> "Forfeiture | Decision | None":
        """The row that says what a lost or forfeited case cost."""
        if self.status == Status.FORFEITED:
            return FORFEITURE.first(self.pk)
        if self.status == Status.LOST:
            lost = [one for one in self.decisions.all() if one.outcome == Outcome.LOST]  # few, and a page has read them
            return lost[-1] if lost else None
        return None


class AnswerFields(models.Model):
    """What the shop says, the same in the draft and in the answer that went out."""

    branch = models.CharField(_("How to answer"), max_length=16, choices=Branch, blank=True)
    note = models.TextField(_("Note"), blank=True)
    reship_carrier = models.CharField(_("Carrier"), max_length=40, blank=True)
    reship_number = models.CharField(_("Reship tracking number"), max_length=64, blank=True)
    agreed_minor = models.BigIntegerField(_("agreed refund"), null=True, blank=True)
    contact = models.ForeignKey(ContactRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checklist = models.JSONField(default=list, blank=True)
    option = models.CharField(_("Result"), max_length=32, blank=True)
    on_day = models.DateField(_("Date"), null=True, blank=True)
    stage = models.PositiveSmallIntegerField(_("stage"), default=1)
    window_no = models.PositiveSmallIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def step(self) -> Stage:
        """The stage this answers."""
        return self.work_order.policy.stage(self.stage)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Option | None:
        """The option chosen, if the answer is one by choice."""
        return self.step.option(self.option) if self.branch == Branch.CHOICE else None


class Draft(AnswerFields):
    """What the shop has written and not sent; kept until it is, whoever of the shop goes on with it."""

    work_order = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, related_name="draft")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.work_order_id}: {self.branch}"


class Answer(AnswerFields):
    """What went out in one window; never changed afterwards. At most one per window, whoever clicks how often."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="answers")
    sheet = models.ForeignKey("workorders.Sheet", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sheet_sha256 = models.CharField(max_length=64, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["window_no"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "window_no"], name="workorders_one_answer_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id}/{self.window_no}"


class Effects(models.Model):
    """What a lost case did to the shop, in fen; the transaction may be missing when nothing was left of paid.

    `left_minor` is what was left of paid just before: refund = min(policy share of paid, left).
    """

    left_minor = models.BigIntegerField(default=0)
    refund_minor = models.BigIntegerField(default=0)
    compensation_minor = models.BigIntegerField(default=0)
    dispute_counted = models.BooleanField(default=False)
    delisted = models.JSONField(default=list, blank=True)
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Forfeiture(Effects):
    """A case whose clock ran out, exactly once (one-to-one); `due_at` is the deadline that passed before `at`."""

    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="forfeiture")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    window_no = models.PositiveSmallIntegerField(default=1)

    class Meta(Effects.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(at__gt=models.F("due_at")), name="workorders_never_early"),
        ]
        indexes = [models.Index(fields=["at"], name="workorders_forfeited_at")]

    def __str__(self) -> str:
        return f"{self.work_order_id}"


class Decision(Effects):
    """A reviewer's verdict on one answer: won, lost or asked for more. Never changed; at most one per window."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="decisions")
    window_no = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(_("Decision"), max_length=8, choices=Outcome)
    reason = models.CharField(_("Reason"), max_length=24, choices=Reason)
    note = models.TextField(_("Note"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(Effects.Meta):
        abstract = False
        ordering = ["window_no"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "window_no"], name="workorders_one_decision_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id}: {self.outcome}"


class ParkedWorkOrder(WorkOrder):
    """The cases the forfeit job set aside, as operations see them in admin."""

    class Meta:
        proxy = True
        verbose_name = _("parked work order")
        verbose_name_plural = _("parked work orders")

    def __str__(self) -> str:
        return self.number


