"""The stand-in for GitHub answers as GitHub publishes it."""
