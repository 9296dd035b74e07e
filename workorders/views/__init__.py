"""Pages and verbs of work orders for the shop's people; reviewers work in admin."""
