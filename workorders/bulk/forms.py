"""The upload. Shape only: `files.take_in` knows what a file of questions is."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BulkForm(forms.Form):
    """A file of questions."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("One question a row, column names in the first row. UTF-8 or GBK; at most 20 MB and 50,000 rows."),
        max_length=200,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
