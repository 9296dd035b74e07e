"""Interceptions in batches: asked for on parcels, called off on interceptions; and what a batch of cancels left running."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lists import registry
from foundation.lists.models import Batch
from foundation.lists.verbs import BatchVerb

from .models import CarrierFee, Interception, Parcel
from .services import intercepting
from .states import CANCELLABLE, Payer, WhyCancel, WhyIntercept

NAMED = 10


class InterceptForm(forms.Form):
    """Why, once for all of them; what each carrier takes is said above the button."""

    reason = forms.ChoiceField(label=pgettext_lazy("interception", "Reason"), choices=WhyIntercept)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, shop: Any = None):
        super().__init__(data)
        pays = gettext(
            "The shop pays what the carrier charges; a carrier that does not intercept a parcel charges nothing."
        )
        self.fields["reason"].help_text = f"{pays} {fees_in_words(clock.now())}"

    def said(self) -> dict[str, Any]:
        """The key makes a chunk that is done twice ask once."""
        return {**self.cleaned_data, "key_prefix": f"batch:{uuid.uuid4()}"}


class CancelForm(forms.Form):
    """Why, who pays, and that it is known to be final."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *WhyCancel.choices])
    payer = forms.ChoiceField(label=_("Responsible party"), choices=Payer, initial=Payer.SHOP)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
    final = forms.BooleanField(
        label=_("I know that this is no undo: a cancelled interception can't be taken up again.")
    )

    def __init__(self, data: Any = None, *, shop: Any = None):
        super().__init__(data)
        self.fields["payer"].help_text = gettext("Pays what was charged so far and whatever the carrier still charges.")

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("reason", "payer", "note")}


def cannot_be_asked(rows: "QuerySet[Parcel]", now: datetime) -> dict[int, str]:
    """pk → why the carrier would not take it; a carrier that can't is named with its phone."""
    return intercepting.cannot_request(rows)


def cannot_be_cancelled(rows: "QuerySet[Interception]", now: datetime) -> dict[int, str]:
    cancel = Interception.LIFECYCLE
    return {
        pk: cancel.why_not("cancel", status)
        for pk, status in rows.exclude(status__in=CANCELLABLE).values_list("pk", "status")
    }


def still_running(batch: Batch, shop: Any, user: Any, now: datetime) -> str:
    """After a batch of cancels: those the same list still shows and that still run, with the way to them."""
    spec = registry.get(batch.list_key)
    params = QueryDict(urlsplit(batch.back).query)
    refused = set(batch.refusals.values_list("row_id", flat=True))
    done = [pk for pk in batch.pks if pk not in refused]
    same = spec.query(shop, params, now, user).matching.filter(status__in=CANCELLABLE)
    left = same.exclude(pk__in=done).order_by("pk")
    kept = QueryDict(mutable=True)
    for name in ("q", *spec.filter_names):
        kept.setlist(name, [value for value in params.getlist(name) if value])
    kept.setlist("progress", [one for one in CANCELLABLE if one in (kept.getlist("progress") or CANCELLABLE)])
    kept["tab"] = "all"
    shown = {
        "done": len(done), "count": left.count(), "url": f"{spec.url(shop)}?{kept.urlencode()}",
        "rows": list(left.values_list("number", flat=True)[:NAMED]),
    }  # fmt: skip
    return render_to_string("logistics/_still_running.html", shown)


def fees_in_words(now: datetime) -> str:
    """What each carrier that can takes for an interception, by the fees in force. One statement."""
    rows = CarrierFee.objects.select_related("carrier").filter(
        carrier__active=True, carrier__can_intercept=True, effective_from__lte=now
    )
    newest = {row.carrier_id: row for row in rows.order_by("effective_from", "pk")}
    able = sorted(newest.values(), key=lambda row: (row.carrier.position, row.carrier_id))
    return " · ".join(f"{row.carrier.name} {yuan(row.intercept_minor)}" for row in able)


PARCEL_VERBS = [
    BatchVerb(
        "intercept", _("Intercept"), "logistics.intercept", intercepting.request_many, icon="no-symbol",
        done=_("Asked for"), form=InterceptForm, excluded=cannot_be_asked, chunk=100,
    ),
]  # fmt: skip
INTERCEPTION_VERBS = [
    BatchVerb(
        "cancel", _("Cancel interception"), "logistics.cancel_interception", intercepting.cancel_many,
        icon="arrow-uturn-left", done=_("Cancelled"), form=CancelForm, excluded=cannot_be_cancelled,
        columns=("number", "progress", "parcel"), chunk=100, after=still_running, typed=True,
    ),
]  # fmt: skip
