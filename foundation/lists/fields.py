"""Form fields that take what people type and refuse what only looks like it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YUAN = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,2})?", re.ASCII)


class TypedCount(forms.CharField):
    """How many rows a verb without a way back would be done to, typed by whoever confirms it (rules §8.1)."""

    default_error_messages = {"other": _("It would be done to %(count)s: type exactly this number if you mean it.")}

    def __init__(self, count: int, **kwargs: Any):
        self.count = count
        kwargs.setdefault("label", _("Number of rows it will be done to, typed"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=10, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value != str(self.count):
            raise ValidationError(self.error_messages["other"], code="other", params={"count": self.count})


class MoneyField(forms.CharField):
    """Yuan as people write it ("12", "12.5", "¥1,234.50") → fen as int; more than two decimals are refused."""

    default_error_messages = {"invalid": _("Write an amount like 12.50, with at most two decimals.")}

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        text = super().to_python(value).strip().lstrip("¥￥").replace(",", "").strip()
        if not text:
            return None
        if not YUAN.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        yuan, _dot, cents = text.partition(".")
        return int(yuan) * 100 + int(cents.ljust(2, "0"))

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 100}.{value % 100:02d}" if isinstance(value, int) else value

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """The characters were judged in to_python; what is left is a number."""
