"""Pages of the staff list and of the invitation's door."""
