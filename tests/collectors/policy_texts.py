"""A policy made up, and how it looks in each format."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A section: its heading, its table's rows, its paragraphs of sentences."""

    heading: str
    rows: Sequence[Sequence[str]]
    paragraphs: Sequence[Sequence[str]]


def as_text(parts: Sequence[Part]) -> str:
    """One paragraph, heading or row on a line, with nothing between them."""
    lines = []
    for part in parts:
        lines += [part.heading] * bool(part.heading)
        lines += [f"| {' | '.join(row)} |" for row in part.rows[:1]]
        lines += ["|---|"] * bool(part.rows)
        lines += [f"| {' | '.join(row)} |" for row in part.rows[1:]]
        lines += [" ".join(paragraph) for paragraph in part.paragraphs]
    return "\n".join(lines) + "\n"


def as_wrapped_text(parts: Sequence[Part]) -> str:
    """Lines broken at a margin, paragraphs apart from one another."""
    blocks = []
    for part in parts:
        blocks += [part.heading] * bool(part.heading)
        blocks += ["\n".join(f"| {' | '.join(row)} |" for row in part.rows)] * bool(part.rows)
        blocks += [
            textwrap.fill(" ".join(paragraph), 60, break_long_words=False, break_on_hyphens=False)
            for paragraph in part.paragraphs
        ]
    return "\n\n".join(blocks) + "\n"


def as_markdown(parts: Sequence[Part]) -> str:
    """As somebody writes it in an editor: wrapped, in bold here and there, below a title."""
    lines = ["---", "status: in force", "---", "# Our policy", ""]
    for part in parts:
        lines += [f"## {part.heading}", ""] * bool(part.heading)
        for place, row in enumerate(part.rows):
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |")
            lines += [f"|{' :--- |' * len(row)}"] * (not place)
        lines += [""]
        for paragraph in part.paragraphs:
            words = " ".join(paragraph).split()
            lines += [" ".join([f"**{words[0]}**", *words[1:]]), ""]
    return "\n".join(lines)


def as_html(parts: Sequence[Part]) -> str:
    """As a word processor exports it: smart quotes, entities, hard spaces, and a head that nobody sees."""
    lines = ["<!DOCTYPE html><html><head><title>Our policy</title><style>p {color: red}</style></head><body>"]
    lines.append("<h1>Our policy</h1><!-- exported -->")
    for part in parts:
        lines += [f"<h2>{_typeset(part.heading)}</h2>"] * bool(part.heading)
        if part.rows:
            lines.append("<table><thead>")
            lines += [f"<tr>{''.join(f'<td><p>{_typeset(cell)}</p></td>' for cell in row)}</tr>" for row in part.rows]
            lines.append("</thead></table>")
        lines += [f"<p>{_typeset(' '.join(paragraph))}</p>" for paragraph in part.paragraphs]
    return "\n".join([*lines, "</body></html>"])


def _typeset(text: str) -> str:
    shown = html.escape(text, quote=False).replace("'", "&rsquo;").replace(" - ", " &ndash;&nbsp;")
    return shown.replace("-", "\N{NON-BREAKING HYPHEN}").replace(". ", ".&nbsp; ")


FORMATS: dict[str, Callable[[Sequence[Part]], str]] = {
    "policy.txt": as_text,
    "wrapped.txt": as_wrapped_text,
    "policy.md": as_markdown,
    "policy.html": as_html,
}
POLICY = (
    Part("", (), [["We keep a copy of everything that we can't lose.", "It's in a second place, i.e. far away."]]),
    Part(
        "What and where",
        [
            ["Data", "Place", "How long"],
            ["Rows (all of them)", "Here - and there", "30 days"],
            ["Cache", "Here", "-"],
            ["Log", "There", "as long as " + "very " * 60 + "long"],
        ],
        [["Rows come back to any point of the last 30 days.", "botBrains needs that."]],
    ),
    Part(
        "Duties & rights", (), [["Who owns this is Dr. No?", "She does (always).", "Nothing, e.g. a day, is left out!"]]
    ),
)
