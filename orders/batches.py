"""What can be done to many orders at once: flag and note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.lists.verbs import BatchVerb

from . import services
from .states import Flag

APPEND, REPLACE = "append", "replace"


class FlagForm(forms.Form):
    """Which colour."""

    flag = forms.ChoiceField(label=_("Flag"), required=False, choices=Flag.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, shop: Any = None):
        super().__init__(data, initial={"flag": Flag.RED})

    def said(self) -> dict[str, Any]:
        return {"flag": self.cleaned_data["flag"]}


class NoteForm(forms.Form):
    """What to write, and whether below the note that stands there or instead of it."""

    note = forms.CharField(
        label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    how = forms.ChoiceField(
        label=_("The note that stands there"), widget=forms.RadioSelect,
        choices=[(APPEND, _("Keep it; write this below")), (REPLACE, _("Replace it; the record keeps the former one"))],
    )  # fmt: skip

    def __init__(self, data: Any = None, *, shop: Any = None):
        super().__init__(data, initial={"how": APPEND})

    def said(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"], "append": self.cleaned_data["how"] == APPEND}


VERBS = [
    BatchVerb(
        "flag", _("Set a flag"), "orders.note", services.flag_many, icon="flag", done=_("Flagged"), form=FlagForm,
        columns=("number", "paid", "state", "note"),
    ),
    BatchVerb(
        "note", _("Write a note"), "orders.note", services.note_many, icon="pencil-square", done=_("Noted"), form=NoteForm,
        columns=("number", "paid", "state", "note"),
    ),
]  # fmt: skip


def register(verb: BatchVerb) -> None:
    """A verb on orders that an upper app brings; it stands behind our own."""
    if all(known.key != verb.key for known in VERBS):
        VERBS.append(verb)
