"""Tests that start real processes with `manage.py up`, each in a var folder and on a database of its own."""
