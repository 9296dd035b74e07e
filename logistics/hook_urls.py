from django.urls import path

from .views import hooks

app_name = "hooks"

urlpatterns = [
    path("kuaidi100/<slug:code>/", hooks.scans, name="scans"),
    path("interception/<slug:code>/", hooks.interception, name="interception"),
]
