"""The ledger's verbs and questions.

`post_many` books what comes in and moves between accounts, `draw_many` what a shop must pay; `post` and `draw` are a
chunk of one. All take their keys, shops and amounts, then `by` and `now`, inside or outside a transaction of the
caller's; accounts are locked last, once, ordered by shop and kind (architecture law 2).
"""

from .accounts import accounts_for, balances, require_deposit, taken_in_and_paid_out
from .posting import Draw, KeyReused, Posting, draw, draw_many, post, post_many
from .reconciliation import reconcile
from .story import StoryPart, StoryRow, net_of, order_story, pending_of, story_of

__all__ = [
    "Draw",
    "KeyReused",
    "Posting",
    "StoryPart",
    "StoryRow",
    "accounts_for",
    "balances",
    "draw",
    "draw_many",
    "net_of",
    "order_story",
    "pending_of",
    "post",
    "post_many",
    "reconcile",
    "require_deposit",
    "story_of",
    "taken_in_and_paid_out",
]
