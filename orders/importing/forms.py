"""The forms of an import: the upload, and which column is what. They check shape; columns.check() knows the rules."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from . import columns, steps

ON_BAD = [
    (steps.SKIP, _("Leave bad rows out and import the good ones")),
    (steps.STOP, _("Import nothing if any row is bad")),
]


class ImportForm(forms.Form):
    """A file, and what bad rows do to the rest."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("One order a row, column names in the first row. UTF-8 or GBK; at most 100 MB and 500,000 rows."),
        max_length=200,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    on_bad = forms.ChoiceField(label=_("Bad rows"), choices=ON_BAD, initial=steps.SKIP, widget=forms.RadioSelect)
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class ColumnsForm(forms.Form):
    """One choice per column of the file, named `column-<position>`, with a few values beside it."""

    on_bad = forms.ChoiceField(label=_("Bad rows"), choices=ON_BAD, initial=steps.SKIP, widget=forms.RadioSelect)
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, header: list[str], mapping: dict[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.header = header
        choices = [("", _("— not used —"))] + [(one.code, one.label) for one in columns.TARGETS.values()]
        for position, name in enumerate(header):
            self.fields[f"column-{position}"] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=mapping.get(name, "")
            )
        self.helper = FormHelper()
        self.helper.form_tag = False

    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column-{position}"] for position in range(len(self.header))]

    def mapping(self) -> dict[str, str]:
        """Header → target, as chosen."""
        chosen = ((name, self.cleaned_data.get(f"column-{n}", "")) for n, name in enumerate(self.header))
        return {name: code for name, code in chosen if code}
