"""Keys, and signatures that can be checked without any code of ours."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from fixtures.evidence import signature
from fixtures.examination import HOME


def make(file: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Make a key as people do; return what was said."""
    assert pytest.main(["compliance_tests", f"--make-key={file}"]) == 0
    return capfd.readouterr().out


def test_key_is_made_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """For its owner only; its fingerprint is the one that openssl gives; no key is ever replaced."""
    key = tmp_path / "key"
    mask = os.umask(0)
    said = make(key, capfd)
    os.umask(mask)

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", f"{key}.pub", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    assert said == f"fingerprint {hashlib.sha256(der).hexdigest()}\n"

    content = key.read_bytes()
    assert pytest.main(["compliance_tests", f"--make-key={key}"]) == pytest.ExitCode.USAGE_ERROR
    assert "a key is never replaced" in capfd.readouterr().err
    key.unlink()
    assert pytest.main(["compliance_tests", f"--make-key={key}"]) == pytest.ExitCode.USAGE_ERROR
    assert not key.exists()
    assert content

    assert pytest.main(["compliance_tests", f"--make-key={tmp_path / 'no' / 'key'}"]) == pytest.ExitCode.USAGE_ERROR
    assert "No such file or directory" in capfd.readouterr().err


def test_openssl_checks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the README tells an auditor who does not want to run our code: the very lines that stand there."""
    monkeypatch.chdir(tmp_path)
    signature.make_key(tmp_path / "key")
    run = tmp_path / "reports" / "latest"
    run.mkdir(parents=True)
    (run / "manifest.json").write_bytes(b'{"a":1}')
    (run / "manifest.sig").write_bytes(signature.sign(signature.private_key("key"), b'{"a":1}'))
    readme = (HOME / "README.md").read_text("utf-8")
    (block,) = (one for one in readme.split("```sh\n") if "openssl pkeyutl" in one)
    lines = block.split("```")[0].replace("company.pub", "key.pub")

    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout

    (run / "manifest.json").write_bytes(b'{"a":2}')
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" not in done.stdout


def private_pem(key: object, encryption: KeySerializationEncryption) -> bytes:
    """Return a private key in PEM."""
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)  # type: ignore[attr-defined]
    return pem


def test_keys_that_cannot_be_used(tmp_path: Path) -> None:
    """Each by what is wrong with it; a key that stands in the environment is never repeated."""
    ours, rsa = Ed25519PrivateKey.generate(), generate_private_key(65537, 2048)
    plain = NoEncryption()
    public = ours.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content, told in (
        ("missing", None, "No such file"),
        ("empty", b"", "not a private key in PEM"),
        ("public", public, "not a private key in PEM"),
        ("rsa", private_pem(rsa, plain), "not an Ed25519 key"),
        ("encrypted", private_pem(ours, BestAvailableEncryption(b"x")), "is encrypted"),
    ):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(signature.KeyFileError, match=told):
            signature.private_key(str(file))

    pem = private_pem(ours, plain).decode()
    assert signature.fingerprint(signature.private_key(pem).public_key()) == signature.fingerprint(ours.public_key())
    with pytest.raises(signature.KeyFileError) as fault:
        signature.private_key(pem.replace("M", "N", 1).replace("END", "end"))
    assert pem.splitlines()[1][4:] not in str(fault.value)
    with pytest.raises(signature.KeyFileError, match="not an Ed25519 key"):
        signature.public_key(rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def test_key_is_known_to_be_bad_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for a run that cannot be signed in the end."""
    monkeypatch.setenv("COMPLIANCE_SIGN_KEY", str(tmp_path / "missing"))
    status = pytest.main(["compliance_tests", f"--reports={tmp_path / 'reports'}"])

    assert status == pytest.ExitCode.USAGE_ERROR
    assert "nothing was assessed" in capfd.readouterr().err
    assert not (tmp_path / "reports").exists()
