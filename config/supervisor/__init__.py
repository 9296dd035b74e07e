"""`manage.py up`: web, workers, beat and, where none is given, the broker, as real processes under one roof.

`plan` says what runs, `child` is one process, `supervisor` keeps them running and ends them in order.
"""
