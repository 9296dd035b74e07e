"""Addresses of orders; a number may contain anything printable, so the verbs stand before the page."""

from django.urls import include, path

from .views import contacts, detail, lists, notes, refunds, reveal

app_name = "orders"
urlpatterns = [
    path("", lists.orders, name="orders"),
    path("", include("orders.importing.urls")),
    path("<path:number>/refund/", refunds.refund_order, name="refund-order"),
    path("<path:number>/note/", notes.note_order, name="note-order"),
    path("<path:number>/contact/", contacts.record_contact, name="record-contact"),
    path("<path:number>/reveal/", reveal.reveal_buyer, name="reveal-buyer"),
    path("<path:number>/", detail.order, name="order"),
]
