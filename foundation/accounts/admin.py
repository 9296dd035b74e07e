"""Shops, people and their roles as the platform sees them: opened here, never deleted."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle import clock

from . import services
from .models import Membership, Restriction, Shop, User
from .roles import Role


class NeverDeleted(admin.ModelAdmin):
    """Rows others point at: audit, money and cases name them."""

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewShopForm(forms.ModelForm):
    """Opening a shop names its owner, so that somebody can invite the rest."""

    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True), required=False, label=_("owner"),
        help_text=_("Who may then invite the rest of the staff."),
    )

    class Meta:
        model = Shop
        fields = ["name", "code", "kind", "bound_phone"]


@admin.register(Shop)
class ShopAdmin(NeverDeleted):
    """`number` is given by the house, `code` stands in addresses and stays."""

    list_display = ["name", "number", "code", "kind", "status", "created_at"]
    search_fields = ["=number", "=code", "name"]
    list_filter = ["status", "kind"]
    readonly_fields = ["number", "created_at"]

    def get_form(self, request: HttpRequest, obj: Shop | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewShopForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Shop | None = None) -> list[str]:
        new = ["name", "code", "kind", "bound_phone"]
        return [*new, "status", "number", "created_at"] if obj else [*new, "owner"]

    def get_readonly_fields(self, request: HttpRequest, obj: Shop | None = None) -> list[str]:
        return ["number", "created_at", "code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Shop, form: Any, change: bool) -> None:
        now = clock.now()
        if change:
            services.revise_shop(obj, changed=form.changed_data, by=request.user, now=now)
            return
        fields = ("name", "code", "kind", "bound_phone")
        made = services.create_shop(**{name: getattr(obj, name) for name in fields}, by=request.user, now=now)
        obj.pk, obj.number = made.pk, made.number
        if form.cleaned_data["owner"]:
            services.add_member(made, form.cleaned_data["owner"], Role.OWNER, by=request.user, now=now)


@admin.register(User)
class UserAdmin(StockUserAdmin):
    """Django's own, with phone and name; people are switched off, not deleted."""

    list_display = ["username", "display_name", "is_active", "is_staff", "last_login"]
    fieldsets = [*(StockUserAdmin.fieldsets or []), (_("Houtai"), {"fields": ["display_name", "phone"]})]
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change:
            services.note_person_revised(obj, changed=form.changed_data, by=request.user, now=clock.now())
        else:
            services.note_person_added(obj, by=request.user, now=clock.now())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django saves the new password by itself; it is recorded with it, or neither is kept."""
        with transaction.atomic():
            before = self.get_object(request, unquote(id))
            answer = super().user_change_password(request, id, form_url)
            after = self.get_object(request, unquote(id))
            if after.password != before.password:
                services.note_person_revised(after, changed=["password"], by=request.user, now=clock.now())
        return answer


@admin.register(Membership)
class MembershipAdmin(NeverDeleted):
    """Who works where; changed by the shop's own people, read here."""

    list_display = ["shop", "user", "role", "joined_at", "ended_at"]
    list_select_related = ["shop", "user"]
    search_fields = ["=user__username", "=shop__code", "=shop__number"]
    list_filter = ["role"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Restriction)
class RestrictionAdmin(MembershipAdmin):
    """What holds a shop back and since when; opened and lifted by the verbs that cause it."""

    list_display = ["shop", "reason", "since", "until", "lifted_at"]
    list_select_related = ["shop"]
    search_fields = ["=shop__code", "=shop__number"]
    list_filter = ["reason"]
