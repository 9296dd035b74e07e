"""Lost parcels, disputes and recalls under /s/<shop code>/shipping/ (part of the namespace `logistics`)."""

from django.urls import path

from .views import losses, recalls

urlpatterns = [
    path("lost/", losses.losses, name="losses"),
    path("lost/<str:number>/", losses.loss, name="loss"),
    path("parcels/<str:number>/dispute/", losses.dispute, name="dispute-parcel"),
    path("parcels/<str:number>/set-aside/", losses.set_aside, name="set-aside"),
    path("parcels/<str:number>/recall/", recalls.open_recall, name="open-recall"),
    # 召回
    path("recalls/", recalls.recalls, name="recalls"),
    path("recalls/<str:number>/", recalls.recall, name="recall"),
    path("recalls/<str:number>/assign/", recalls.assign_recall, name="assign-recall"),
    path("recalls/<str:number>/close/", recalls.close_recall, name="close-recall"),
]
