"""What happens around signing in and out."""

from django.contrib.auth.signals import user_logged_in, user_logged_out

from . import sessions

user_logged_in.connect(sessions.begin, dispatch_uid="accounts.sessions.begin")
user_logged_out.connect(sessions.end, dispatch_uid="accounts.sessions.end")
