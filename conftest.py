"""The wiring: every module of `fixtures/` that holds pytest fixtures or hooks, by name."""

pytest_plugins = [
    "fixtures.collection",  # populations: read once, all at once, in the background
    "fixtures.examination",  # statement, examine, verdicts
    "fixtures.policy",  # policy, now
    "fixtures.distribution",  # -n: workers judge what this process reads
    "fixtures.shards",  # --accounts
    "fixtures.target",  # --target, --break, --records; starts what is examined
    "fixtures.progress",  # what is being read, while it is
    "fixtures.explain",  # --explain
    "fixtures.preflight",  # --preflight
    "fixtures.evidence.run",  # --reports; results.json, evidence.json
    "fixtures.report.hooks",  # report.html; after the run, inside of whose end it completes the page
    "fixtures.report.closing",  # the same in the terminal
    "fixtures.report.job_summary",  # the same in short, where a job at GitHub shows it
    "fixtures.accounts",  # what populations are read from
    "fixtures.backup_locations",
    "fixtures.backups",
    "fixtures.buckets",
    "fixtures.caches",
    "fixtures.databases",
    "fixtures.event_subscriptions",
    "fixtures.droplets",
    "fixtures.incidents",
    "fixtures.scope",
    "fixtures.stores",
    "fixtures.alerting",
    "fixtures.escalation",
    "fixtures.heartbeats",
    "fixtures.sentry_monitors",
    "fixtures.failures",
    "fixtures.mirrors",
    "fixtures.repositories",
    "fixtures.keys",
    "fixtures.recovery",
    "fixtures.transport",
]
