"""The same files for reviewers, who work in /admin/ and belong to no shop."""

from django.urls import path

from . import views

app_name = "reviewer_files"
urlpatterns = [
    path("<uuid:uuid>/", views.reviewed_file, name="file"),
    path("<uuid:uuid>/thumb/", views.reviewed_thumb, name="thumb"),
    path("<uuid:uuid>/original/", views.open_original, name="open-original"),
]
