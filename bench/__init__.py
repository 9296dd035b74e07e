"""Figures of speed: what `make bench` measures, each against a reference asked in the same minutes."""
