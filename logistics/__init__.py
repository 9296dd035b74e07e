"""Parcels, tracking and interception: where is it, can it still be stopped, what will that cost (rules §4)."""
