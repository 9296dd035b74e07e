"""Interceptions, rules and refund requests under /s/<shop code>/shipping/ (part of the namespace `logistics`)."""

from django.urls import path

from .views import fees, interceptions, requests, rules

urlpatterns = [
    path("interceptions/", interceptions.interceptions, name="interceptions"),
    path("interceptions/success/", fees.success, name="interception-success"),
    path("interceptions/fees/", fees.statement, name="interception-fees"),
    path("interceptions/request/<str:number>/", interceptions.request_interception, name="request-interception"),
    path("interceptions/<str:number>/", interceptions.interception, name="interception"),
    path("interceptions/<str:number>/cancel/", interceptions.cancel_interception, name="cancel-interception"),
    path("interceptions/<str:number>/ask/", interceptions.ask_carrier, name="ask-carrier"),
    # 拦截规则
    path("rules/", rules.rule_list, name="interception-rules"),
    path("rules/new/", rules.new_rule, name="new-rule"),
    path("rules/try/", rules.try_rule, name="try-rule"),
    path("rules/<str:number>/", rules.rule, name="interception-rule"),
    path("rules/<str:number>/switch/", rules.switch_rule, name="switch-rule"),
    path("rules/<str:number>/move/", rules.move_rule, name="move-rule"),
    path("rules/<str:number>/remove/", rules.remove_rule, name="remove-rule"),
    # What buyers ask for; an order's number may contain anything printable
    path("refund-requests/<path:number>/withdraw/", requests.withdraw_request, name="withdraw-request"),
    path("refund-requests/<path:number>/", requests.ask_refund, name="ask-refund"),
]
