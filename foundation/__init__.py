"""What every room of the house stands on.

Import law, downwards: entry > ledger, notifications, catalog > lists > jobs > files > policies > shell > accounts >
audit > lifecycle. A part imports only parts below it; `lint-imports` keeps it so (pyproject.toml).
"""
