"""/s/<shop>/deposit/…"""

from django.urls import path

from .views import accounts, quota, violations

app_name = "deposits"
urlpatterns = [
    # Deposit account and violations
    path("", accounts.account, name="account"),
    path("pay-in/", accounts.pay_in, name="pay-in"),
    path("violations/", violations.violations, name="violations"),
    path("violations/<slug:number>/", violations.violation, name="violation"),
    # Refund quota and temporary deposit
    path("quota/", quota.quota_page, name="quota"),
    path("quota/freeze/", quota.freeze, name="freeze"),
    path("quota/unfreeze/", quota.unfreeze, name="unfreeze"),
]
