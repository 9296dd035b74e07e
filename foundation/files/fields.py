"""A form field for several files at once."""

from typing import Any

from django import forms

PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/heic,.heic,.heif"


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files if one]
