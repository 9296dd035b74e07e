"""Importing orders: /s/<shop>/orders/import/…; included by `orders.urls` before the pages of one order."""

from django.urls import path

from . import views

urlpatterns = [
    path("import/", views.import_orders, name="import-orders"),
    path("import/template.csv", views.import_template, name="import-template"),
    path("import/columns/<uuid:uuid>/", views.import_columns, name="import-columns"),
    path("import/<str:number>/", views.preview_import, name="preview-import"),
    path("import/<str:number>/start/", views.start_import, name="start-import"),
    path("import/<str:number>/result/", views.import_result, name="import-result"),
]
