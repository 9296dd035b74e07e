"""Verbs and pages of lists: arrangements, batches, files."""
