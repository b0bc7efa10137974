"""Figures, no assertions."""
