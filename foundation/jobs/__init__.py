"""Background jobs people can watch, chunks that survive a poisoned row, and the registry of what beat runs.

Stands on files, policies, accounts, audit and lifecycle; knows nothing of orders or work orders, which register
their kinds of job (`job_kinds.py`) and their beat entries (`beat.py`).
"""
