"""GitHub is read completely, or the gap is told."""
