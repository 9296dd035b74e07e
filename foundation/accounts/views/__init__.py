"""Pages of a person's own account; none of them needs a shop."""
