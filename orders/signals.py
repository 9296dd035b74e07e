"""Past-tense news for apps above (received in their `receivers.py`)."""

from django.dispatch import Signal

# Sent inside the transaction, once per chunk: refunds=[Refund…] (with `.order` loaded), now=datetime.
order_refunded = Signal()
