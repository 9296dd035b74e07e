"""Forms of the staff page and of the invitation's door: shape only."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from foundation.accounts.forms import bare_helper, check_new_password
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.lifecycle.sentences import joined

phone_number = RegexValidator(r"^\+?[0-9]{6,15}\Z", _("Digits only, such as 13800000000."))
not_a_number = RegexValidator(
    r"^\+?[0-9]*\Z", _("Not digits alone: that would look like a phone."), inverse_match=True
)


class InviteForm(forms.Form):
    """Who is invited as what; only an owner is offered the owner's role."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("So that you recognise the invitation."))
    role = forms.ChoiceField(label=_("Role"))
    phone = forms.CharField(
        label=_("Phone"), max_length=16, required=False, validators=[phone_number],
        help_text=_("Optional: the link is sent there as a text message."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.SERVICE.value
        self.fields["request_key"].initial = uuid4


class RoleForm(forms.Form):
    """A member's new role and the one the page showed."""

    role = forms.ChoiceField(choices=Role.choices)
    was = forms.ChoiceField(choices=Role.choices)


class NewAccountForm(forms.Form):
    """An account made at the invitation's door."""

    display_name = forms.CharField(
        label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    username = forms.CharField(
        label=_("User name"), max_length=150, help_text=_("You sign in with it: letters, digits and @ . + - _"),
        validators=[UnicodeUsernameValidator(), not_a_number],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )
    again = forms.CharField(
        label=_("Password again"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["password"].help_text = joined(password_validators_help_texts())

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("This user name is taken."), code="taken")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = User(username=cleaned.get("username", ""), display_name=cleaned.get("display_name", ""))
        check_new_password(self, typed)
        return cleaned
