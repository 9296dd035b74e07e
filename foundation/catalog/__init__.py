"""What a shop lists: products, their SKUs, and whether anything was listed on a day (rules §3).

Filled by order import, files and the platform, not edited here. Stands on files, accounts, audit, lifecycle.
"""
