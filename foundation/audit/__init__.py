"""Append-only record of who did what when, and the registries of subjects and verbs it reads."""
