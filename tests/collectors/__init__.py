"""Collectors against servers."""
