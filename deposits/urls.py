"""/s/<shop>/deposit/…"""

from django.urls import path

from .views import accounts, applying, quota, refunds, violations

app_name = "deposits"
urlpatterns = [
    # Deposit account and violations
    path("", accounts.account, name="account"),
    path("pay-in/", accounts.pay_in, name="pay-in"),
    path("violations/", violations.violations, name="violations"),
    path("violations/<slug:number>/", violations.violation, name="violation"),
    # Refunds of the deposit
    path("refunds/", refunds.refunds, name="refunds"),
    path("refunds/new/", applying.apply_refund, name="apply-refund"),
    path("refunds/<slug:number>/", refunds.refund, name="refund"),
    path("refunds/<slug:number>/answer/", refunds.answer_refund, name="answer-refund"),
    path("refunds/<slug:number>/withdraw/", refunds.withdraw_refund, name="withdraw-refund"),
    # Refund quota and temporary deposit
    path("quota/", quota.quota_page, name="quota"),
    path("quota/freeze/", quota.freeze, name="freeze"),
    path("quota/unfreeze/", quota.unfreeze, name="unfreeze"),
]
