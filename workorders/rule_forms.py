"""Shapes of what the rules desk types in admin: rules, their later stages, kinds of vouchers; nothing is typed as JSON."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import slots
from .models import PolicyStage, VoucherKind, WorkOrderPolicy
from .services.cases import COMPENSATION_MAX_BP
from .states import Branch, Claim, Need

READABLE = re.compile(r"[0-9]{1,4}[%hm]", re.ASCII)
CODE = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)


class RowsField(forms.CharField):
    """One row per line, its parts separated by “|”: code | Chinese | English. Cleaned to a list of {"code", "zh", "en"}."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 80, "spellcheck": "false"})

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        lines = [line for line in (super().clean(value) or "").splitlines() if line.strip()]
        rows = [self.row([part.strip() for part in line.split("|")], line) for line in lines]
        codes = [row["code"] for row in rows]
        if len(set(codes)) != len(codes):
            raise ValidationError(gettext("Each code stands once."))
        return rows

    def row(self, parts: list[str], line: str) -> dict[str, Any]:
        if len(parts) != 3 or not all(parts) or max(map(len, parts)) > LONGEST_NAME or not CODE.fullmatch(parts[0]):
            raise ValidationError(gettext("“%(line)s” is not code | Chinese | English.") % {"line": line.strip()[:80]})
        return {"code": parts[0], "zh": parts[1], "en": parts[2]}


class OptionsField(RowsField):
    """Rows with a fourth part: what the option needs and claims, separated by blanks."""

    def row(self, parts: list[str], line: str) -> dict[str, Any]:
        words = parts[3].replace(",", " ").split() if len(parts) > 3 else []
        unknown = set(words) - set(Need.values) - set(Claim.values)
        if unknown or len(parts) > 4:
            raise ValidationError(
                gettext("“%(word)s” is neither needed nor claimed by an option.") % {"word": " ".join(sorted(unknown)) or line}
            )
        row = super().row(parts[:3], line)
        return {
            **row, "needs": [word for word in words if word in Need.values],
            "claims": [word for word in words if word in Claim.values],
        }


OPTIONS_HELP = _("One per line: code | Chinese | English | what it needs (%(needs)s) and claims (%(claims)s).")


YEAR_OF_HOURS = 24 * 366
BOUNDS = {  # column → (least, most): a rule in force can't be put right, and a slip moves deadlines past the calendar
    "window_hours": (1, YEAR_OF_HOURS), "hours": (1, YEAR_OF_HOURS), "more_window_hours": (1, YEAR_OF_HOURS),
    "review_hours": (1, YEAR_OF_HOURS), "refund_share_bp": (0, 10_000), "compensation_bp": (0, COMPENSATION_MAX_BP),
    "delist_days": (0, 3_660), "claim_minutes": (1, 60 * 24), "sheet_max_bytes": (100_000, 20_000_000),
    "sheet_max_width": (600, 4_000), "voucher_min_px": (100, 4_000), "evidence_keep_months": (0, 1_200),
    "appeal_days": (0, 3_660),
}  # fmt: skip
LONGEST_NAME = 80  # characters of an option's or a check's name


class AnsweredForm(forms.ModelForm):
    """What a stage asks for and how it is answered."""

    slots = forms.MultipleChoiceField(
        label=_("Vouchers asked for"), choices=slots.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    branches = forms.MultipleChoiceField(label=_("Ways to answer"), choices=Branch, widget=forms.CheckboxSelectMultiple)
    options = OptionsField(label=_("Results to choose from"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in BOUNDS.keys() & self.fields.keys():
            least, most = BOUNDS[name]
            self.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]
        self.fields["options"].help_text = OPTIONS_HELP % {
            "needs": ", ".join(Need.values), "claims": ", ".join(Claim.values)
        }

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        branches, options, asked = (typed.get(name) or [] for name in ("branches", "options", "slots"))
        if Branch.CHOICE in branches and not options:
            self.add_error("options", gettext("An answer by choice needs results to choose from."))
        if not asked and (
            Branch.EVIDENCE in branches or any(Need.EVIDENCE in option["needs"] for option in options)
        ):
            self.add_error("slots", gettext("Evidence is asked for, but no voucher."))
        return typed


class RuleForm(AnsweredForm):
    """A new rule; its columns are those of the first stage, later ones are added below."""

    reminders = forms.CharField(
        label=_("Reminders"), required=False, initial="50% 4h 1h",
        help_text=_("Separated by blanks: “50%” of the window, “4h” or “30m” before its end."),
    )

    class Meta:
        model = WorkOrderPolicy
        fields = [
            "type", "name_zh", "name_en", "effective_from", "source_note", "stage_name_zh", "stage_name_en",
            "window_hours", "slots", "branches", "options", "more_window_hours", "review_hours", "reminders",
            "refund_share_bp", "compensation_bp", "delists", "delist_days", "counts_dispute", "claim_minutes",
            "sheet_max_bytes", "sheet_max_width", "voucher_min_px", "evidence_keep_months", "appeal_days",
        ]

    def clean_reminders(self) -> list[str]:
        codes = self.cleaned_data["reminders"].split()
        wrong = [code for code in codes if not READABLE.fullmatch(code)]
        if wrong:
            raise ValidationError(gettext("“%(code)s” is no reminder.") % {"code": wrong[0]})
        return codes


class StageForm(AnsweredForm):
    class Meta:
        model = PolicyStage
        fields = ["number", "name_zh", "name_en", "hours", "slots", "branches", "options"]


class StagesFormSet(forms.BaseInlineFormSet):
    """The later stages of a new rule are numbered 2, 3, … without a gap."""

    def clean(self) -> None:
        super().clean()
        numbers = sorted(
            form.cleaned_data["number"] for form in self.forms if form.cleaned_data.get("number") is not None
        )
        if not any(self.errors) and numbers != list(range(2, len(numbers) + 2)):
            raise ValidationError(gettext("Number the later stages 2, 3, … without a gap."))


class VoucherKindForm(forms.ModelForm):
    words = forms.CharField(
        label=_("Other names in the platform's text"), required=False, help_text=_("One per line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    checks = RowsField(
        label=_("Checklist"), help_text=_("What the shop ticks before it submits; one per line: code | Chinese | English.")
    )

    class Meta:
        model = VoucherKind
        fields = [
            "code", "name_zh", "name_en", "help_zh", "help_en", "accepts_zh", "accepts_en", "words", "checks",
        ]

    def clean_words(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]
