"""Past-tense news for apps above (received in their `receivers.py`)."""

from django.dispatch import Signal

# Sent inside the transaction, once per chunk: refunds=[Refund…] (with `.order` loaded), now=datetime.
order_refunded = Signal()
# Sent inside the transaction, once per chunk, the orders held: orders=[Order…] as they are now, fresh=bool (created by this
# chunk, or revised by a re-import), now=datetime.
orders_arrived = Signal()
