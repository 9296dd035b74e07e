from django.urls import path

from . import views

app_name = "files"
urlpatterns = [
    path("<uuid:uuid>/", views.file, name="file"),
    path("<uuid:uuid>/thumb/", views.thumb, name="thumb"),
]
