"""The Backup Policy: a file per section, a test per statement, in the policy's order."""
