"""E-mail through Django's own backend (settings.EMAIL_BACKEND)."""

from smtplib import SMTPConnectError, SMTPRecipientsRefused

from django.core.mail import EmailMessage

from .base import NotSent, Refused


class EmailSender:
    def send(self, *, key: str, to: str, subject: str, body: str) -> None:
        message = EmailMessage(subject=subject, body=body, to=[to], headers={"X-Houtai-Key": key})
        try:
            message.send()
        except SMTPRecipientsRefused as problem:
            raise Refused("the recipient is refused") from problem
        except (SMTPConnectError, ConnectionRefusedError) as problem:
            raise NotSent("the mail server does not answer") from problem

    def was_sent(self, key: str) -> bool | None:
        return None
