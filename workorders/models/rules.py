"""The rules: what applies to one type of question, its stages, the vouchers it may ask for. All rows, none is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from foundation.policies.models import PolicyQuerySet, PolicyRow

from ..states import Branch, Need


def reads_chinese() -> bool:
    """Whether the page's reader reads Chinese; rows carry both languages themselves."""
    return (get_language() or "").startswith("zh")


@dataclass(frozen=True)
class Option:
    """One thing an answer by choice may say: what else it needs (Need) and what it claims of the parcel (Claim)."""

    code: str
    zh: str
    en: str
    needs: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.zh if reads_chinese() else self.en


@dataclass(frozen=True)
class Stage:
    """One step of a question: its own hours, vouchers and ways to answer, the same view of the first and the later."""

    number: int
    name_zh: str
    name_en: str
    hours: int
    slots: Sequence[str]
    branches: Sequence[str]
    options: tuple[Option, ...] = ()

    @property
    def name(self) -> str:
        return (self.name_zh if reads_chinese() else self.name_en) or gettext("Answer")

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)

    @property
    def asking_evidence(self) -> list[Option]:
        """Where the stage takes evidence only for some results, those."""
        if Branch.EVIDENCE in self.branches:
            return []
        return [option for option in self.options if Need.EVIDENCE in option.needs]


LATER_STAGES: dict[int, list[Stage]] = {}  # rule → its stages from the second; emptied when a rule or a stage is added


def _options(rows: Sequence[dict[str, Any]]) -> tuple[Option, ...]:
    return tuple(
        Option(row["code"], row["zh"], row["en"], tuple(row.get("needs", ())), tuple(row.get("claims", ())))
        for row in rows
    )


class RuleQuerySet(PolicyQuerySet):
    def names(self, now: datetime) -> list[tuple[str, str]]:
        """(code, name) of every type that has a rule in force, in the order the types came into being."""
        newest: dict[str, Any] = {}
        for row in self.filter(effective_from__lte=now).order_by("effective_from", "pk"):
            newest[row.type] = row
        return [(code, row.name) for code, row in newest.items()]


class WorkOrderPolicy(PolicyRow):
    """What applies to one type of question: window, vouchers, ways to answer, what happens at the end (rules §6).

    A type is its rows: its code is free, its name the row's. The columns `window_hours`, `slots`, `branches`, `options`
    are the first stage's; later ones are PolicyStage rows. Hours are hours, shares are basis points of what was paid,
    sizes are bytes and pixels. Never changed once saved; a case copies its deadline and its consequences when it opens.
    """

    type = models.SlugField(_("type"), max_length=24, db_index=False)
    stage_name_zh = models.CharField(_("first stage (Chinese)"), max_length=40, blank=True)
    stage_name_en = models.CharField(_("first stage (English)"), max_length=40, blank=True)
    window_hours = models.PositiveIntegerField(_("hours to answer"))
    slots = models.JSONField(_("vouchers asked for"), default=list, blank=True)
    branches = models.JSONField(_("ways to answer"), default=list)
    options = models.JSONField(_("options to choose from"), default=list, blank=True)
    refund_share_bp = models.PositiveIntegerField(_("refund (basis points of paid)"), default=10_000)
    compensation_bp = models.PositiveIntegerField(_("compensation (basis points of the line paid)"), default=0)
    delists = models.BooleanField(_("delists the product"), default=False)
    delist_days = models.PositiveIntegerField(_("days delisted"), default=0)
    counts_dispute = models.BooleanField(_("counts as a dispute refund"), default=True)
    review_hours = models.PositiveIntegerField(_("hours to decide"), default=48)
    more_window_hours = models.PositiveIntegerField(_("hours to answer when asked for more"), default=24)
    reminders = models.JSONField(_("reminders"), default=list, help_text=_("“50%” of the window, “4h” before its end"))
    sheet_max_bytes = models.PositiveIntegerField(_("largest sheet (bytes)"), default=5_000_000)
    sheet_max_width = models.PositiveIntegerField(_("widest sheet (pixels)"), default=2_000)
    voucher_min_px = models.PositiveIntegerField(_("smallest voucher on the sheet (pixels)"), default=600)
    evidence_keep_months = models.PositiveIntegerField(_("months evidence is kept after closing"), default=24)
    appeal_days = models.PositiveIntegerField(
        _("days an appeal is possible after closing"), null=True, blank=True,
        help_text=_("Empty: no window by rule; evidence is kept for the months alone."),
    )
    claim_minutes = models.PositiveIntegerField(_("minutes a claim lasts"), default=30)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order rule")
        verbose_name_plural = _("work order rules")
        indexes = [models.Index(fields=["type", "-effective_from"], name="workorders_policy_in_force")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        LATER_STAGES.clear()

    @cached_property
    def stages(self) -> list[Stage]:
        """All stages in order. The later ones are asked for once per process: a rule a case stands on gets no more."""
        if self.pk not in LATER_STAGES:
            LATER_STAGES[self.pk] = [row.view for row in self.later_stages.order_by("number")]
        first = Stage(
            1, self.stage_name_zh, self.stage_name_en, self.window_hours, self.slots, self.branches,
            _options(self.options),
        )
        return [first, *LATER_STAGES[self.pk]]

    def stage(self, number: int) -> Stage:
        """Stage `number`, from 1; the last one for a number beyond it."""
        return self.stages[min(number, len(self.stages)) - 1]

    def after(self, number: int) -> Stage | None:
        """The stage that opens when `number` is answered, if any."""
        return None if self.is_last(number) else self.stage(number + 1)

    def is_last(self, number: int) -> bool:
        """Whether the answer of stage `number` goes to the reviewer."""
        return number >= len(self.stages)


class PolicyStage(models.Model):
    """A later stage of a rule: it opens with a deadline of its own when the stage before it is answered (rules §6).

    Saved once, together with its rule; ValidationError afterwards, and once a case stands on the rule.
    """

    policy = models.ForeignKey(WorkOrderPolicy, on_delete=models.PROTECT, related_name="later_stages")
    number = models.PositiveSmallIntegerField(_("stage"))
    name_zh = models.CharField(_("name (Chinese)"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=40)
    hours = models.PositiveIntegerField(_("hours to answer"))
    slots = models.JSONField(_("vouchers asked for"), default=list, blank=True)
    branches = models.JSONField(_("ways to answer"), default=list)
    options = models.JSONField(_("options to choose from"), default=list, blank=True)

    class Meta:
        verbose_name = _("later stage")
        verbose_name_plural = _("later stages")
        ordering = ["policy", "number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="workorders_stage_once"),
            models.CheckConstraint(condition=Q(number__gte=2), name="workorders_stage_is_later"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.view.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        used = self.policy_id and self._in_use()
        if used or (self.pk and not kwargs.get("force_insert")):
            raise ValidationError(gettext("A rule that exists is never changed: add a new row with a later start."))
        super().save(*args, **kwargs)
        LATER_STAGES.clear()

    def _in_use(self) -> bool:
        case = self._meta.apps.get_model("workorders", "WorkOrder")
        return case._default_manager.filter(policy_id=self.policy_id).exists()

    @property
    def view(self) -> Stage:
        return Stage(
            self.number, self.name_zh, self.name_en, self.hours, self.slots, self.branches, _options(self.options)
        )


class VoucherKind(models.Model):
    """A voucher a question may ask for: its names, what counts, the points the shop ticks (slots.SLOTS reads these).

    `words` are what the platform's text calls it; the first is what stands on the sheet. `checks` is a list of
    {"code", "zh", "en"}. Never changed: another wording is another kind.
    """

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=60)
    help_zh = models.CharField(_("what it is (Chinese)"), max_length=200, blank=True)
    help_en = models.CharField(_("what it is (English)"), max_length=200, blank=True)
    accepts_zh = models.CharField(_("what counts (Chinese)"), max_length=200, blank=True)
    accepts_en = models.CharField(_("what counts (English)"), max_length=200, blank=True)
    words = models.JSONField(_("other names in the platform's text"), default=list, blank=True)
    checks = models.JSONField(_("checklist"), default=list, blank=True)

    class Meta:
        verbose_name = _("kind of voucher")
        verbose_name_plural = _("kinds of vouchers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only new rows are saved; ValidationError for one that exists."""
        if self.pk and not kwargs.get("force_insert"):
            raise ValidationError(gettext("A kind of voucher that exists is never changed: add another."))
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        return self.name_zh if reads_chinese() else self.name_en

    @property
    def help(self) -> str:
        return self.help_zh if reads_chinese() else self.help_en

    @property
    def accepts(self) -> str:
        return self.accepts_zh if reads_chinese() else self.accepts_en

    @property
    def names(self) -> list[str]:
        """Every name a text may call it by, what stands on the sheet first."""
        return list(dict.fromkeys([self.name_zh, *self.words, self.name_en]))

    @property
    def checklist(self) -> list[tuple[str, str]]:
        """(code, sentence) of the points the shop ticks."""
        return [(check["code"], check["zh"] if reads_chinese() else check["en"]) for check in self.checks]
