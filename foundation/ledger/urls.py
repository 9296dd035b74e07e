"""/s/<shop>/settlement/…"""

from django.urls import path

from . import views

app_name = "ledger"
urlpatterns = [
    path("", views.statement, name="statement"),
    path("statement.csv", views.export_statement, name="export-statement"),
]
