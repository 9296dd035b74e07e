"""Every fen explained: double-entry transactions that sum to zero, balances per shop, insert-only (rules §2).

Knows nothing of orders or cases: money rows carry `shop_id`, `order_id` and a named subject, no key upward.
"""
