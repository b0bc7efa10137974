"""The drill itself."""
