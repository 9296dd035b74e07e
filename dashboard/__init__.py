"""The workbench: what is due, what it will cost, what moved today; every number leads to exactly that list (rules §8).

Reads everything below, writes nothing; nobody imports it.
"""
