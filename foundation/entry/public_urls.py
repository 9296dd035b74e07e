from django.urls import path

from .views import door

app_name = "invitations"

urlpatterns = [path("<str:token>/", door.accept, name="accept")]
