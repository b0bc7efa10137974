"""Tests of the suite itself, mirroring `fixtures/`."""
