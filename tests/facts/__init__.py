"""The small questions."""
