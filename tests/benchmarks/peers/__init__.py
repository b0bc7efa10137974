"""The suite beside Prowler and Cloud Custodian, on one stock moto server: figures, and who catches what.

    python3.11 -m venv PEERS/prowler   && PEERS/prowler/bin/pip install prowler==5.46.0
    python3.11 -m venv PEERS/custodian && PEERS/custodian/bin/pip install c7n==0.9.53
    python -m tests.benchmarks.peers --peers PEERS        # 10 and 100 databases and buckets; the catalogue
    python -m tests.benchmarks.peers --skip-peers 1000

PEERS is a folder outside of the repository; a peer that is not in it is left out, and the benchmark says so. Every
tool runs in a process of its own, and is measured as one: wall time, its own CPU, peak of its memory, calls as the
server counts them. Prowler runs its built-in checks that are about backups, Custodian the policies in
`custodian.yml`, which are ours: so one column says what Prowler finds, the other what Custodian's language can
express. Stock moto has no replicated backups: nothing that depends on these is compared. It speaks no TLS either,
over which Custodian asks for the region that a bucket is replicated to: the catalogue says where that keeps it out.
Prowler and Custodian look at the regions that they are told, here all in which something was planted, and once more at
every region that the account has enabled, as the suite always does, which looks at far more kinds of things, too.
That a tool has no words for something (`wordless` in the catalogue) is our reading of it; what it catches is its own
output.
"""
