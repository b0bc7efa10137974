"""The live drill, against recorded requests, the simulated organisation, and a real PostgreSQL."""
