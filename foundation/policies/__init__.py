"""Effective-dated rule rows: rules are rows, not constants (rules §0)."""
