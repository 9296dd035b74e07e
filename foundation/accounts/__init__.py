"""Users, shops, memberships with one role, restrictions, and who may do what."""
