"""The books as operations read them: look, never touch."""


from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from foundation.accounts.desks import ReadOnly
from foundation.audit.history import yuan

from .models import Account, Entry, Reconciliation, Transaction


class EntryLines(ReadOnly, admin.TabularInline):
    model = Entry
    fields = ["kind", "amount", "balance_after", "order_id"]
    readonly_fields = ["kind", "amount", "balance_after", "order_id"]
    extra = 0

    @admin.display(description=_("amount"))
    def amount(self, entry: Entry) -> str:
        return yuan(entry.amount_minor)

    @admin.display(description=_("balance after"))
    def balance_after(self, entry: Entry) -> str:
        return "—" if entry.balance_after_minor is None else yuan(entry.balance_after_minor)


@admin.register(Account)
class AccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["shop", "kind", "balance", "required"]
    list_filter = ["kind"]
    list_select_related = ["shop"]
    search_fields = ["=shop__code", "=shop__number"]
    ordering = ["shop_id", "kind"]

    @admin.display(description=_("balance"), ordering="balance_minor")
    def balance(self, account: Account) -> str:
        return yuan(account.balance_minor)

    @admin.display(description=_("required"), ordering="required_minor")
    def required(self, account: Account) -> str:
        return yuan(account.required_minor)


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "movement_label", "shop", "total", "idempotency_key", "by"]
    list_filter = ["movement"]
    list_select_related = ["shop", "by"]
    search_fields = ["=idempotency_key", "=order_id", "=shop__code"]
    ordering = ["-pk"]
    inlines = [EntryLines]

    @admin.display(description=_("movement"), ordering="movement")
    def movement_label(self, booked: Transaction) -> str:
        return booked.movement_label

    @admin.display(description=_("amount"), ordering="total_minor")
    def total(self, booked: Transaction) -> str:
        return yuan(booked.total_minor)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["day", "at", "transactions", "entries", "accounts", "adds_up"]

    @admin.display(description=_("adds up"), boolean=True)
    def adds_up(self, report: Reconciliation) -> bool:
        return report.balanced
