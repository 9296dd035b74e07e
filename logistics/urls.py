"""Addresses of shipping: parcels by their own number, orders by theirs (which may hold anything printable)."""

from django.urls import include, path

from .uploads import table_views
from .uploads import views as uploads
from .views import hook_settings, parcels, shipping

app_name = "logistics"
urlpatterns = [
    # The package centre
    path("", parcels.parcels, name="parcels"),
    path("numbers/", uploads.upload_numbers, name="upload-numbers"),
    path("numbers/enter/", table_views.enter_numbers, name="enter-numbers"),
    path("numbers/template.csv", uploads.number_template, name="number-template"),
    path("numbers/preview/<str:number>/", uploads.preview_numbers, name="preview-numbers"),
    path("numbers/preview/<str:number>/start/", uploads.start_numbers, name="start-numbers"),
    path("numbers/<str:number>/", uploads.number_upload, name="number-upload"),
    path("suggest/", shipping.suggest_carrier, name="suggest-carrier"),
    path("orders/<path:number>/ship/", shipping.ship_order, name="ship-order"),
    path("parcels/<str:number>/", parcels.parcel, name="parcel"),
    path("parcels/<str:number>/number/", shipping.enter_number, name="enter-number"),
    path("parcels/<str:number>/attach/", shipping.attach_file, name="attach-file"),
    path("parcels/<str:number>/contact/", parcels.contact_card, name="parcel-contact"),
    # Tracking in
    path("tracking-callback/", hook_settings.callback, name="tracking-callback"),
    path("tracking-callback/renew/", hook_settings.renew, name="renew-callback"),
    # Interceptions and rules
    path("", include("logistics.interception_urls")),
    # Lost parcels, disputes, recalls
    path("", include("logistics.care_urls")),
]
