"""Real servers on loopback ports that answer a request for TLS well, badly, or not at all."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

HOST = "127.0.0.1"
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
Answer = Callable[[socket.socket], None]


@contextmanager
def listening(answer: Answer) -> Iterator[int]:
    """Serve every connection by *answer*, each in a thread; yield the port."""
    with socket.create_server((HOST, 0)) as server:

        def serve(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                answer(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def tls(context: ssl.SSLContext) -> Answer:
    """Shake hands at once, as HTTPS does."""

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return answer


def postgresql(then: Answer, word: bytes = b"S") -> Answer:
    """Answer the request for TLS with *word*, and go on with *then*."""

    def answer(connection: socket.socket) -> None:
        assert connection.recv(8) == SSL_REQUEST
        connection.sendall(word)
        then(connection)

    return answer


def says(*words: bytes) -> Answer:
    """Read something, say *words*, and go."""

    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        for word in words:
            connection.sendall(word)

    return answer


def hangs(_: socket.socket) -> None:
    """Take the connection and never say a word."""
    Event().wait()


def in_turn(*answers: Answer) -> Answer:
    """Answer the first connection by the first of *answers*, and so on; the last one stays."""
    left = list(answers)

    def answer(connection: socket.socket) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection)

    return answer


@contextmanager
def refusing() -> Iterator[int]:
    """Yield a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        yield taken.getsockname()[1]
