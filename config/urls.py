"""Every address of the house. An app that is not installed has none."""

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule
from django.views.generic import RedirectView

from foundation.accounts.views import signing_in

from . import health
from .metrics import metrics

# where in a shop each app lives: /s/<shop code>/<prefix>
SHOP = {
    "dashboard": "",
    "orders": "orders/",
    "workorders": "work-orders/",
    "logistics": "shipping/",
    "files": "files/",
    "jobs": "jobs/",
    "notifications": "notices/",
    "ledger": "settlement/",
    "deposits": "deposit/",
    "lists": "lists/",
    "entry": "staff/",
    "shell": "search/",
}


def _pages(label: str, address: str, module: str = "urls") -> list[URLResolver]:
    """That app's addresses, or none if it is left out of this house."""
    config = apps.app_configs.get(label)
    if config is None or not module_has_submodule(config.module, module):
        return []
    return [path(address, include(f"{config.name}.{module}"))]


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    *_pages("files", "admin/files/", "reviewer_urls"),  # before admin's own catch-all
    path("admin/login/", signing_in.admin_sign_in),  # one door for everybody, throttled
    path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:password")),  # counted and recorded there
    path("admin/", admin.site.urls),
    *[page for label, prefix in SHOP.items() for page in _pages(label, f"s/<slug:shop_code>/{prefix}")],
    *_pages("entry", "invite/", "public_urls"),
    *_pages("logistics", "hooks/", "hook_urls"),
    *_pages("accounts", ""),
]

handler400 = "foundation.shell.views.bad_request"
handler403 = "foundation.shell.views.forbidden"
handler404 = "foundation.shell.views.not_found"
handler500 = "foundation.shell.views.server_error"
