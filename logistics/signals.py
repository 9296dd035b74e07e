"""Past-tense news for apps above (received in their `receivers.py`)."""

from django.dispatch import Signal

# Sent inside the transaction, once, when an interception reaches an end (came back, refused, failed, cancelled):
# interception=Interception (with `.order`, `.parcel` and `.carrier` loaded), now=datetime.
interception_settled = Signal()
