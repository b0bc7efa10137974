"""The wiring: every module of `fixtures/` that holds pytest fixtures or hooks, by name."""

pytest_plugins = [
    "fixtures.collection",  # populations: read once, all at once, in the background
    "fixtures.examination",  # statement, examine, verdicts
    "fixtures.explain",  # --explain
    "fixtures.distribution",  # -n: workers judge what this process reads
    "fixtures.coverage",  # which areas of A.8.13 are carried by what was assessed
    "fixtures.policy",  # policy, now
    "fixtures.shards",  # --accounts
    "fixtures.target",  # --target, --break, --records; starts what is examined
    "fixtures.assertions",  # refuses to judge where assertions do not count
    "fixtures.progress",  # what is being read, while it is
    "fixtures.preflight",  # --preflight
    "fixtures.period",  # --period
    "fixtures.verify",  # --verify, --publish, --make-key
    "fixtures.evidence.sealing",  # --sign-key, --timestamp-url; manifest.json, its signature and time stamp
    "fixtures.evidence.run",  # --reports; results.json, evidence.json
    "fixtures.evidence.reviewing",  # --record-review
    "fixtures.drill",  # --restore-drill, --drill-size: restores before the clock is read
    "fixtures.live_drill",  # --target live --restore-drill: the same at RDS; --dry-run, --sweep-restores
    "fixtures.modes",  # what is done instead of a run: one thing at a time
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
    "fixtures.suppliers",
    "fixtures.alerting",
    "fixtures.escalation",
    "fixtures.heartbeats",
    "fixtures.sentry_monitors",
    "fixtures.failures",
    "fixtures.mirrors",
    "fixtures.repositories",
    "fixtures.keys",
    "fixtures.recovery",
    "fixtures.restoration",
    "fixtures.transport",
    "fixtures.reviews",
    "fixtures.sentences",
    "fixtures.verify",  # --verify, --publish, --make-key; judges by some of the above
]
