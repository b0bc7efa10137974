"""The simulated organisation against the published shapes."""
