from django.urls import path

from .views import staff

app_name = "entry"

urlpatterns = [
    path("", staff.staff, name="staff"),
    path("invite/", staff.invite, name="invite"),
    path("invitations/<str:number>/revoke/", staff.revoke_invitation, name="revoke-invitation"),
    path("members/<str:username>/role/", staff.change_role, name="change-role"),
    path("members/<str:username>/end/", staff.end_membership, name="end-membership"),
]
