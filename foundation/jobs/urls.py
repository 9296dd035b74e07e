"""Background jobs of a shop: /s/<shop>/jobs/…"""

from django.urls import path

from . import views

app_name = "jobs"

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<str:number>/", views.job, name="job"),
    path("<str:number>/progress/", views.job_progress, name="job-progress"),
    path("<str:number>/cancel/", views.cancel_job, name="cancel-job"),
    path("<str:number>/retry/", views.retry_job, name="retry-job"),
]
