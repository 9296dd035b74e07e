from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("", views.notices, name="notices"),
    path("read/", views.read_all, name="read-all"),
    path("<slug:number>/open/", views.open_notice, name="open-notice"),
]
