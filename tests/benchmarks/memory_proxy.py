"""A server that answers from memory: what moto said once, after a fixed latency, so that moto is not the limit.

`python -m tests.benchmarks.memory_proxy TARGET LATENCY` serves on a free port and prints it. Requests that it has not
seen are forwarded to TARGET; all others are answered from memory. `POST /benchmark/requests` returns, as JSON, what it
was asked since the last time.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

SCOPE = re.compile(rb"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
ACCOUNT = re.compile(rb"Credential=([^/]+)/")
KEPT = (b"content-type", b"x-amzn-requestid", b"x-amz-request-id", b"x-amz-bucket-region", b"x-simulated-organisation")


def head_of(lines: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return headers by their names in small letters."""
    return {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}


async def message(
    reader: asyncio.StreamReader, *, has_body: bool = True
) -> tuple[bytes, dict[bytes, bytes], bytes] | None:
    """Read a request or an answer: its first line, its headers, its body; None at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head[:-4].split(b"\r\n")
    headers = head_of(lines)
    return first, headers, await reader.readexactly(int(headers.get(b"content-length", 0)) if has_body else 0)


class Proxy:
    """Every answer that there was, by what was asked."""

    def __init__(self, target: str, latency: float) -> None:
        parts = urlsplit(target)
        self._host, self._port, self._tls = parts.hostname or "", parts.port or 443, parts.scheme == "https"
        self._latency = latency
        self._answers: dict[tuple[bytes, ...], bytes] = {}
        self._asked: list[tuple[bytes, ...]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        while request := await message(reader):
            first, headers, body = request
            if first.startswith(b"POST /benchmark/requests"):
                text = json.dumps([[part.decode("latin-1") for part in one] for one in self._asked]).encode()
                self._asked.clear()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
                continue
            signed = headers.get(b"authorization", b"")
            scope, caller = SCOPE.search(signed), ACCOUNT.search(signed)
            who = (*(scope.groups() if scope else ()), *(caller.groups() if caller else ()))
            key = (first, headers.get(b"x-amz-target", b""), body, *who)
            self._asked.append((first, signed, headers.get(b"x-amz-target", b""), body))
            if key not in self._answers:
                self._answers[key] = await self._forward(first, headers, body)
            else:
                await asyncio.sleep(self._latency)
            writer.write(self._answers[key])
        writer.close()

    async def _forward(self, first: bytes, headers: dict[bytes, bytes], body: bytes) -> bytes:
        trust = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE")) if self._tls else None
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=trust, limit=2**26)
        sent = {**headers, b"connection": b"close", b"content-length": str(len(body)).encode()}
        sent.pop(b"expect", None)
        lines = b"".join(b"%s: %s\r\n" % one for one in sent.items())
        writer.write(first + b"\r\n" + lines + b"\r\n" + body)
        head = await reader.readuntil(b"\r\n\r\n")
        status, *received = head[:-4].split(b"\r\n")
        told = head_of(received)
        is_empty = first.startswith(b"HEAD")
        content = b"" if is_empty else await reader.read()
        writer.close()
        kept = b"".join(b"%s: %s\r\n" % (name, told[name]) for name in KEPT if name in told)
        length = told.get(b"content-length", b"0") if is_empty else str(len(content)).encode()
        return status + b"\r\n" + kept + b"Content-Length: " + length + b"\r\n\r\n" + content


async def main(target: str, latency: float) -> None:
    """Serve until somebody ends this process."""
    server = await asyncio.start_server(Proxy(target, latency).serve, "127.0.0.1", 0, limit=2**26)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
