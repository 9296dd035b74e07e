"""How people come into a shop: invitations, their roles, and leaving (recovery and phone change come later)."""
