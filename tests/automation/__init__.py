"""What runs the suite every night, and what it needs at AWS and at GitHub."""
