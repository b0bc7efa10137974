"""What becomes of verdicts when networks, providers and machines fail."""
