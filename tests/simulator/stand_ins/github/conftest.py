"""A stand-in on a real port, and a client that holds every answer against the published shapes."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from werkzeug.serving import make_server

from fixtures.simulator.stand_ins.github import ORGANISATION, TOKEN, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPES = json.loads((Path(__file__).parents[2] / "shapes/github.json").read_text("utf-8"))


def assert_shape(answer: object, shape: str) -> None:
    """Hold an answer against one of the published shapes; `[repository]` is a list of them."""
    name = shape.strip("[]")
    assert name in SHAPES["$defs"]
    wanted: dict[str, Any] = {"$ref": f"#/$defs/{name}"}
    if shape.startswith("["):
        wanted = {"type": "array", "items": wanted}
    errors = [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in Draft202012Validator({**wanted, "$defs": SHAPES["$defs"]}).iter_errors(answer)
    ]
    assert errors == []


@dataclass(slots=True)
class GitHub:
    """The stand-in as a client sees it."""

    url: str
    token: str = TOKEN
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> requests.Response:  # noqa: ANN401
        """Send a request; a refusal has to be in the shape of refusals."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = self.session.request(method, self.url + path, json=json, headers=headers, timeout=10, **more)
        if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
            assert_shape(answer.json(), "error")
            assert answer.json()["status"] == str(answer.status_code)
        return answer

    def get(self, path: str, shape: str) -> Any:  # noqa: ANN401
        """Read, and hold the answer against its shape."""
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        assert_shape(answer.json(), shape)
        return answer.json()

    def done(self, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401
        """Write; it has to succeed."""
        answer = self(method, path, json)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def commit(self, name: str = "app", file: str = "a.txt", text: str = "one", **more: object) -> str:
        """Commit a file to a repository of the organisation; return the commit."""
        sent = {"message": f"Write {file}", "content": b64encode(text.encode()).decode(), **more}
        written = self.done("PUT", f"/repos/{ORGANISATION}/{name}/contents/{file}", sent)
        return str(written["commit"]["sha"])

    def open(self, name: str = "app", **more: object) -> Any:  # noqa: ANN401
        """Open a private repository."""
        return self.done("POST", f"/orgs/{ORGANISATION}/repos", {"name": name, "private": True, **more})

    def protect(self, name: str = "app", **more: object) -> Any:  # noqa: ANN401
        """Protect `main`, as the API's defaults have it, for administrators too."""
        nothing = dict.fromkeys(("required_status_checks", "required_pull_request_reviews", "restrictions"))
        sent = {**nothing, "enforce_admins": True, **more}
        return self.done("PUT", f"/repos/{ORGANISATION}/{name}/branches/main/protection", sent)


@pytest.fixture(scope="session")
def served_github() -> Iterator[str]:
    """Serve one stand-in for the session; its address."""
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def github(served_github: str) -> GitHub:
    """Return a client of an organisation that owns nothing."""
    requests.post(f"{served_github}/simulator/reset", timeout=10).raise_for_status()
    requests.post(f"{served_github}/simulator/clock", json={"seconds_ago": 0}, timeout=10).raise_for_status()
    return GitHub(served_github)
