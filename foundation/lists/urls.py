"""Addresses of what every list can do, under /s/<shop code>/lists/."""

from django.urls import path

from .views import arrangements, batches, exports, steps

app_name = "lists"

urlpatterns = [
    path("<slug:list>/columns/", arrangements.save_columns, name="save-columns"),
    path("<slug:list>/views/", arrangements.save_view, name="save-view"),
    path("<slug:list>/views/<uuid:uuid>/", arrangements.change_view, name="change-view"),
    path("<slug:list>/step/", steps.step, name="step"),
    path("<slug:list>/batch/<slug:verb>/", batches.batch, name="batch"),
    path("<slug:list>/export/", exports.export, name="export"),
    path("results/<str:number>/", batches.batch_result, name="batch-result"),
    path("results/<str:number>/retry/", batches.retry_batch, name="retry-batch"),
    path("results/<str:number>/file/", batches.batch_file, name="batch-file"),
]
