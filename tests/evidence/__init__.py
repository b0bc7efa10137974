"""Runs, folders, results."""
