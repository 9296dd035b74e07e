"""Plain Python under everything: transition tables, row locks, the one clock, deadline arithmetic, invariants.

Imports nothing of ours.
"""
