"""How evidence is written: the same facts give the same bytes, however they get there."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.evidence.encoding import plain, readable, streamed
from fixtures.facts.population import Population, Unread


@pytest.mark.parametrize(
    "document",
    [
        {"schema": 2, "populations": {}, "ledger": []},
        {
            "populations": {"one": Population(), 'two "2"': Population(("a\nb", "\udc80", None))},
            "rest": {"x": [{}, []]},
        },
        {"populations": {"gaps": Population((), (Unread("aws", "1", "x", "y", "ä", "z"),))}, "ledger": (1.5, True)},
    ],
)
def test_part_by_part_it_is_the_same(document: dict[str, Any]) -> None:
    """Whoever reads it cannot tell that it was never there at once."""
    assert b"".join(streamed(document, "populations")) == readable(plain(document))
