"""A run in a bucket with Object Lock: complete, in order, read back, and never replaced; against moto's own server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from fixtures.evidence import publication
from fixtures.evidence.sealed import open_run
from tests.evidence.sealed_runs import PUBLIC
from tests.inner_run import Verdicts

BUCKET = "evidence-of-backups"
LOCK = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve an account of its own, in which nothing is simulated for the suite to examine."""
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - boto3's clients have no type
    """Point the environment at it, as CI does once it is the publisher; begin with an empty account."""
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "publisher",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    requests.post(f"{server}/moto-api/reset", timeout=10)
    return boto3.client("s3")


def make(s3: Any, lock: dict[str, Any] | None = LOCK, *, enabled: bool = True) -> None:  # noqa: ANN401
    """Make the bucket."""
    place = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=enabled)
    if lock:
        s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)


def keys(s3: Any) -> list[str]:  # noqa: ANN401
    """Return what lies in the bucket, every version of it."""
    return [one["Key"] for one in s3.list_object_versions(Bucket=BUCKET).get("Versions", [])]


def command(run: Path, *options: str) -> int:
    """Publish as people do."""
    return int(pytest.main(["compliance_tests", *options, f"--reports={run.parent}"]))


@pytest.fixture
def run(genuine: Path, tmp_path: Path) -> Path:
    """Return a run in a folder of reports, which is the latest."""
    run = Path(shutil.copytree(genuine, tmp_path / "reports" / "run"))
    (tmp_path / "reports" / "latest").symlink_to("run")
    return run


def test_published(s3: Any, run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    """Every file, the manifest last; what comes out of the bucket again verifies."""
    make(s3)
    assert command(run, f"--publish=s3://{BUCKET}/live/nightly") == 0
    said = capfd.readouterr().out

    found = keys(s3)
    assert {key.removeprefix("live/nightly/run/") for key in found} == {one.name for one in run.iterdir()}
    assert said.splitlines()[-2].startswith("live/nightly/run/manifest.json  version ")
    assert f"published to s3://{BUCKET}/live/nightly/run/" in said
    back = tmp_path / "back" / "run"
    back.mkdir(parents=True)
    for key in found:
        answer = s3.get_object(Bucket=BUCKET, Key=key)
        assert answer["ObjectLockMode"] == "COMPLIANCE"
        assert f"{key}  version {answer['VersionId']}, locked until " in said
        (back / Path(key).name).write_bytes(answer["Body"].read())
    assert open_run(back, PUBLIC).is_vouched_for


def test_published_twice(s3: Any, run: Path) -> None:  # noqa: ANN401
    """The same run changes nothing; another one under its name is refused, and replaces nothing."""
    make(s3)
    assert command(run, f"--publish=s3://{BUCKET}") == 0
    before = keys(s3)
    assert command(run, f"--publish=s3://{BUCKET}") == 0
    assert keys(s3) == before


def test_something_else_lies_there(s3: Any, run: Path, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    """It is left there, and the manifest, without which there is no run, is not put."""
    make(s3)
    s3.put_object(Bucket=BUCKET, Key="run/results.json", Body=b"{}")
    assert command(run, f"--publish=s3://{BUCKET}") == 1

    assert f"s3://{BUCKET}/run/results.json: something else lies there already" in capfd.readouterr().err
    assert keys(s3).count("run/results.json") == 1
    assert "run/manifest.json" not in keys(s3)


@pytest.mark.parametrize(
    ("lock", "enabled", "told"),
    [
        (None, False, "has no Object Lock"),
        (None, True, "no default retention"),
        ({"ObjectLockEnabled": "Enabled"}, True, "no default retention"),
    ],
    ids=["no lock", "no rule", "empty rule"],
)
def test_bucket_that_keeps_nothing(
    s3: Any,  # noqa: ANN401
    run: Path,
    capfd: pytest.CaptureFixture[str],
    lock: dict[str, Any] | None,
    told: str,
    *,
    enabled: bool,
) -> None:
    """Nothing is put where it could be taken away."""
    make(s3, lock, enabled=enabled)
    assert command(run, f"--publish=s3://{BUCKET}") == 1

    assert told in capfd.readouterr().err
    assert keys(s3) == []


def test_no_bucket(s3: Any, run: Path, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    """One that does not exist, and one that nobody answers for."""
    assert s3
    assert command(run, f"--publish=s3://{BUCKET}") == 1
    assert f"NOT PUBLISHED: s3://{BUCKET}: there is no such bucket" in capfd.readouterr().err


def test_nobody_answers(run: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A network that is down, and no credentials."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    assert command(run, f"--publish=s3://{BUCKET}") == 1
    assert f"NOT PUBLISHED: s3://{BUCKET}: Unable to locate credentials" in capfd.readouterr().err

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert command(run, f"--publish=s3://{BUCKET}") == 1
    assert "Could not connect to the endpoint" in capfd.readouterr().err


class Tampering:
    """An S3 that loses, changes or does not lock what it was given."""

    def __init__(self, client: Any, **changes: object) -> None:  # noqa: ANN401
        self._client, self._changes = client, changes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Leave everything else as it is."""
        return getattr(self._client, name)

    def head_object(self, **question: Any) -> dict[str, Any]:  # noqa: ANN401
        """Answer with something else."""
        return {**self._client.head_object(**question), **self._changes}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ChecksumSHA256": "AAAA"}, "is not what was put there"),
        ({"ChecksumSHA256": None}, "is not what was put there"),
        ({"ContentLength": 1}, "is not what was put there"),
        ({"VersionId": "another"}, "is not what was put there"),
        ({"ObjectLockRetainUntilDate": None}, "is not locked"),
    ],
    ids=["other bytes", "no checksum", "shorter", "another version", "no lock"],
)
def test_read_back(
    s3: Any,  # noqa: ANN401
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    changes: dict[str, object],
    told: str,
) -> None:
    """What does not lie there as it was put is told at the first file, and no manifest follows."""
    make(s3)
    monkeypatch.setattr(boto3.Session, "client", lambda _session, _service: Tampering(s3, **changes))
    assert command(run, f"--publish=s3://{BUCKET}") == 1

    assert told in capfd.readouterr().err
    assert len(keys(s3)) == 1
    assert "run/manifest.json" not in keys(s3)


def test_broken_run_is_not_published(s3: Any, run: Path, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    """Neither by itself nor after --verify, which says why."""
    make(s3)
    (run / "results.json").write_text("{}")
    assert command(run, f"--publish=s3://{BUCKET}") == 1
    assert "BROKEN: results.json: changed" in capfd.readouterr().err
    assert command(run, f"--publish=s3://{BUCKET}", f"--verify={run}") == 1
    assert "BROKEN: results.json: changed" in capfd.readouterr().out
    assert keys(s3) == []


def test_verified_and_published(s3: Any, run: Path) -> None:  # noqa: ANN401
    """What is not acceptable is put away, too; the exit status says that it is not."""
    make(s3)
    assert command(run, f"--publish=s3://{BUCKET}", f"--verify={run}") == 2
    assert "run/manifest.json" in keys(s3)


def test_simulated_run_is_published_by_name_alone(
    s3: Any,  # noqa: ANN401
    simulated: Verdicts,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """What was tried out since is the latest run, too, and cannot be taken out of the bucket again for years."""
    make(s3)
    run = Path(shutil.copytree(simulated.folder, tmp_path / "run"))
    (tmp_path / "latest").symlink_to("run")
    assert command(run, f"--publish=s3://{BUCKET}") == 1
    assert "was made of a simulated organisation" in capfd.readouterr().err
    assert keys(s3) == []

    assert command(run, f"--publish=s3://{BUCKET}", f"--verify={run}") == 2
    assert "run/manifest.json" in keys(s3)


@pytest.mark.parametrize(
    "address", ["", "bucket", "s3://", "https://bucket/x", "s3://B/x", "s3://bucket/../x", "s3://b"]
)
def test_address_that_is_none(tmp_path: Path, address: str) -> None:
    """It names nothing."""
    assert tmp_path
    with pytest.raises(publication.PublicationError, match="not s3://bucket/prefix"):
        publication.place(address)


def test_nothing_to_publish(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A run that never came to its end left nothing."""
    status = pytest.main(["compliance_tests", f"--reports={tmp_path}", f"--publish=s3://{BUCKET}"])

    assert status == pytest.ExitCode.USAGE_ERROR
    assert "no such run" in capfd.readouterr().err
