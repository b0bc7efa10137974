"""What can happen to a request on its way: each function does one thing to it, as networks and providers do."""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock

from tests.gateway import Disturbance, Exchange

HANG = 30.0
"""Seconds; longer than whatever the tests let the suite wait."""
over = Event()
"""Set when a test is over, so that nothing goes on hanging."""


def reset(exchange: Exchange) -> None:
    """Break the connection before anything is answered."""
    exchange.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.handler.close_connection = True
    exchange.handler.connection.close()


def reset_mid_body(exchange: Exchange) -> None:
    """Break off in the middle of the answer."""
    answer = exchange.ask()
    half = answer.content[: len(answer.content) // 2]
    exchange.send(answer.status_code, {"Content-Type": kind_of(answer)}, half, length=len(answer.content))
    exchange.handler.wfile.flush()
    reset(exchange)


def hang(exchange: Exchange) -> None:
    """Never answer."""
    over.wait(HANG)
    exchange.handler.close_connection = True


def trickle(exchange: Exchange) -> None:
    """Answer a byte at a time, each before anybody's patience with the next one ends."""
    answer = exchange.ask()
    with suppress(OSError):
        exchange.send(answer.status_code, {"Content-Type": kind_of(answer)}, b"", length=len(answer.content))
        for byte in answer.content:
            if over.wait(0.4):
                break
            exchange.handler.wfile.write(bytes([byte]))
            exchange.handler.wfile.flush()
    exchange.handler.close_connection = True


def busy(exchange: Exchange) -> None:
    """Be overloaded: 503, in nobody's published shape."""
    exchange.send(503, {"Content-Type": "text/html"}, b"<html><body>Service Unavailable</body></html>")


def rate_limited(exchange: Exchange) -> None:
    """Refuse for now."""
    exchange.send(429, {"Content-Type": "application/json", "Retry-After": "1"}, b'{"message": "slow down"}')


def throttled(exchange: Exchange) -> None:
    """Refuse for now, in AWS's words."""
    body = b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
    exchange.send(400, {"Content-Type": "text/xml", "x-amzn-errortype": "ThrottlingException"}, body)


def captive_portal(exchange: Exchange) -> None:
    """Answer a page for people, with status 200."""
    exchange.send(
        200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>Sign in to the network</body></html>"
    )


def of_another_type(exchange: Exchange) -> None:
    """Give the right body a wrong content type."""
    exchange.pass_on(exchange.ask(), headers={"Content-Type": "text/plain"})


def empty_body(exchange: Exchange) -> None:
    """Answer nothing at all, with the provider's own status."""
    exchange.pass_on(exchange.ask(), b"")


def truncated(exchange: Exchange) -> None:
    """Cut the answer, and claim that it is whole."""
    answer = exchange.ask()
    exchange.pass_on(answer, answer.content[: len(answer.content) * 2 // 3])


def denied(exchange: Exchange) -> None:
    """Refuse for good, as the provider does."""
    if exchange.handler.headers.get("X-Amz-Date"):
        body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        headers = {"Content-Type": "text/xml", "x-amzn-errortype": "AccessDeniedException"}
        exchange.send(403, headers, body)
    else:
        exchange.send(403, {"Content-Type": "application/json"}, b'{"message": "Forbidden", "id": "forbidden"}')


def expired(exchange: Exchange) -> None:
    """Say that the credentials have run out."""
    if exchange.handler.headers.get("X-Amz-Date"):
        body = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>it has</Message></Error></ErrorResponse>"
        exchange.send(403, {"Content-Type": "text/xml", "x-amzn-errortype": "ExpiredTokenException"}, body)
    else:
        exchange.send(401, {"Content-Type": "application/json"}, b'{"message": "Bad credentials"}')


def clock_skewed(exchange: Exchange) -> None:
    """Say that the caller's clock is wrong, as AWS does; others only have another idea of the time."""
    if exchange.handler.headers.get("X-Amz-Date"):
        body = (
            b"<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>15 min</Message></Error></ErrorResponse>"
        )
        exchange.send(403, {"Content-Type": "text/xml", "x-amzn-errortype": "RequestTimeTooSkewed"}, body)
    else:
        exchange.pass_on(exchange.ask(), headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"})


def in_a_circle(exchange: Exchange) -> None:
    """Point from every page to itself, in each provider's way of saying what comes next."""
    answer = exchange.ask()
    here = f"http://{exchange.handler.headers['Host']}{exchange.handler.path}"
    body, link = answer.content, ""
    with suppress(ValueError):
        listed = json.loads(body)
        if isinstance(listed, dict):
            listed.update(
                {
                    "links": {"pages": {"next": here}},
                    "pagination": {"next": here, "first": here, "last": here, "prev": None},
                    "NextToken": "again",
                    "nextToken": "again",
                }
            )
            body = json.dumps(listed).encode()
        link = f'<{here}>; rel="next"; results="true"; cursor="0:0:0"'
    body = re.sub(rb"(<Describe\w+Result>)", rb"\1<Marker>again</Marker>", body)
    exchange.pass_on(answer, body, {"Link": link} if link else {})


def once(disturb: Disturbance, times: int = 2) -> Disturbance:
    """Disturb so many requests, then no more: a burst."""
    left, lock = [times], Lock()

    def burst(exchange: Exchange) -> None:
        with lock:
            left[0] -= 1
            strikes = left[0] >= 0
        if strikes:
            disturb(exchange)
        else:
            exchange.pass_on(exchange.ask())

    return burst


def after(count: int, disturb: Disturbance) -> Callable[[Exchange], None]:
    """Let so many requests through first: it begins midway."""
    passed, lock = [0], Lock()

    def later(exchange: Exchange) -> None:
        with lock:
            passed[0] += 1
            strikes = passed[0] > count
        if strikes:
            disturb(exchange)
        else:
            exchange.pass_on(exchange.ask())

    return later


def slow(exchange: Exchange) -> None:
    """Answer rightly, but late."""
    time.sleep(0.5)
    exchange.pass_on(exchange.ask())


def kind_of(answer: object) -> str:
    """Return the content type of the provider's answer."""
    headers: dict[str, str] = getattr(answer, "headers", {})
    return headers.get("Content-Type", "text/plain")


LASTING = {
    one.__name__: one
    for one in (
        reset,
        reset_mid_body,
        hang,
        trickle,
        busy,
        rate_limited,
        throttled,
        captive_portal,
        of_another_type,
        empty_body,
        truncated,
        denied,
        expired,
        clock_skewed,
        in_a_circle,
        slow,
    )
}
"""By name."""
