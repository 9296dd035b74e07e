from django.urls import path

from .views import account, preferences, signing_in

app_name = "accounts"

urlpatterns = [
    path("", account.home, name="home"),
    path("login/", signing_in.sign_in, name="login"),
    path("logout/", signing_in.sign_out, name="logout"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
    path("keys/", preferences.keys, name="keys"),
    path("help/", account.help_page, name="help"),
    path("account/shops/", account.switch, name="switch"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/", account.sign_ins, name="sessions"),
    path("account/sessions/sign-out-elsewhere/", account.sign_out_elsewhere, name="sign-out-elsewhere"),
]
