"""Forms of the doors: shape only; who may come in is decided by the authentication backends."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle import clock
from foundation.lifecycle.sentences import joined

from . import tries
from .models import User


def bare_helper() -> FormHelper:
    """Fields only: the template writes the <form>, its token and its buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class SignInForm(forms.Form):
    """User name or phone, and the password exactly as typed."""

    username = forms.CharField(
        label=_("User name or phone"), max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request = request
        self.helper = bare_helper()

    def account(self) -> str:
        """The user name that was meant: a phone stands for its owner, so both share one count of wrong tries.

        Unknown names go on as typed: they are hashed and counted like any other.
        """
        typed = self.cleaned_data["username"]
        found = User.objects.filter(Q(username=typed) | Q(phone=typed)).values_list("username", "phone")[:2]
        names = [name for name, _phone in found]
        return typed if typed in names or not names else names[0]


class PasswordForm(forms.Form):
    """The present password, then the new one twice."""

    current = forms.CharField(
        label=_("Current password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("New password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = bare_helper()
        self.fields["password"].help_text = joined(password_validators_help_texts())

    def clean_current(self) -> str:
        if not tries.take(self.user.username, clock.now()):
            raise forms.ValidationError(_("Too many wrong tries. Wait 15 minutes."), code="locked")
        if not self.user.check_password(self.cleaned_data["current"]):
            raise forms.ValidationError(_("This is not your current password."), code="wrong")
        tries.forget(self.user.username)
        return self.cleaned_data["current"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_new_password(self, self.user)
        return cleaned


def check_new_password(form: forms.Form, user: User) -> None:
    """Both fields alike and within the rule; errors land next to the field."""
    password, again = form.cleaned_data.get("password"), form.cleaned_data.get("again")
    if password and again and password != again:
        form.add_error("again", forms.ValidationError(_("The two passwords differ."), code="differ"))
    if password:
        try:
            validate_password(password, user)
        except forms.ValidationError as refused:
            form.add_error("password", refused)
