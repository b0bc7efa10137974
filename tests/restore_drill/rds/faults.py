"""One call of a drill goes wrong: declined, never sent, or sent and never answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from fixtures.restore_drill.rds.clients import Clients

Send = Callable[[str, Mapping[str, Any]], Any]
Fault = Callable[[Send, str, Mapping[str, Any]], Any]
CLIENTS = ("sts", "rds", "writer", "ec2", "kms", "secrets")


def declined(_send: Send, operation: str, _parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an answer
    """AWS does not want to."""
    answer = {"Error": {"Code": "AccessDenied", "Message": "not you"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    raise ClientError(answer, operation)  # type: ignore[arg-type] # as much of it as anybody reads


def broken(_send: Send, operation: str, _parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """AWS has a bad day; nothing was done, which nobody can know."""
    answer = {"Error": {"Code": "InternalFailure", "Message": "us"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    raise ClientError(answer, operation)  # type: ignore[arg-type]


def unsent(_send: Send, operation: str, _parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The network is down."""
    raise EndpointConnectionError(endpoint_url=f"https://nowhere/{operation}")


def unanswered(send: Send, operation: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """AWS did it, and its answer was lost."""
    send(operation, parameters)
    raise ReadTimeoutError(endpoint_url=f"https://nowhere/{operation}")


def unheard_of(_send: Send, _operation: str, _parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Something that nobody foresaw."""
    raise RuntimeError("a fault of our own")


FAULTS: tuple[Fault, ...] = (declined, broken, unsent, unanswered, unheard_of)


@dataclass
class Line:
    """The line to AWS, on which, while inside, every call is counted, and one goes wrong."""

    clients: Clients
    fails_at: int = 0
    """The number of the call that does, from 1; 0 for none."""
    fault: Fault = declined
    calls: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen in on every client."""
        for client in self._all():
            client._make_api_call = self._through(client._make_api_call)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave them as they were."""
        for client in self._all():
            del client._make_api_call

    def _all(self) -> list[Any]:
        return [getattr(self.clients, name) for name in CLIENTS]

    def _through(self, send: Send) -> Send:
        def sent(operation: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
            self.calls.append(operation)
            if len(self.calls) == self.fails_at:
                return self.fault(send, operation, parameters)
            return send(operation, parameters)

        return sent
