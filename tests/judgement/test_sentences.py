"""Which sentence is new, changed or gone, held against a count of what stands on either side."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.population import Source
from fixtures.facts.sentences import Entry, Passage, PolicySentence, match, visible

SOURCE = Source("policy", "", "", "", 0)
LETTERS = "abcdef"


def passages(text: str) -> list[Passage]:
    """One sentence per letter."""
    return [Passage("sentence", "", number, letter) for number, letter in enumerate(text, 1)]


def entries(text: str) -> list[Entry]:
    """What each letter is mapped to."""
    return [Entry(one.fingerprint, "", one.text, ("DB-1",), "") for one in passages(text)]


def found(written: str, mapped: str) -> list[str]:
    """What is found, in short: `a` mapped, `+b` new, `c>d` c in the place of d, `-e` vanished."""
    return [_short(one) for one in match(passages(written), entries(mapped), SOURCE)]


def _short(one: PolicySentence) -> str:
    text, label = one.passage.text if one.passage else "", one.entry.label if one.entry else ""
    if one.is_accounted_for:
        return text
    return f"{text}>{label}" if text and label else f"+{text}" if text else f"-{label}"


@given(st.text(LETTERS, max_size=8), st.lists(st.sampled_from(LETTERS), unique=True).map("".join))
def test_everything_is_told_once(written: str, mapped: str) -> None:
    """Every sentence, every entry that has none; and only what stands on both sides is accounted for."""
    told = list(match(passages(written), entries(mapped), SOURCE))

    assert [one.passage.text for one in told if one.passage] == list(written)
    accounted = [one.passage.text for one in told if one.is_accounted_for and one.passage]
    assert accounted == [letter for letter in written if letter in mapped]
    left_over = Counter(one.entry.label for one in told if one.entry and not one.is_accounted_for)
    assert left_over == Counter(set(mapped) - set(written))
    assert all(one.is_accounted_for for one in told) == (set(written) == set(mapped))


@given(st.lists(st.sampled_from(LETTERS), unique=True, min_size=1).map("".join), st.data())
def test_one_change_is_told_where_it_is(mapped: str, data: st.DataObject) -> None:
    """A sentence that was changed, added or removed, and nothing else."""
    place = data.draw(st.integers(0, len(mapped) - 1))
    before, one, after = mapped[:place], mapped[place], mapped[place + 1 :]

    assert found(f"{before}x{after}", mapped) == [*before, f"x>{one}", *after]
    assert found(f"{before}{one}x{after}", mapped) == [*before, one, "+x", *after]
    assert found(f"{before}{after}", mapped) == [*before, *after, f"-{one}"]


def test_changes_side_by_side_keep_their_order() -> None:
    """Two that were changed, and a third that was added behind them."""
    assert found("axyzd", "abcd") == ["a", "x>b", "y>c", "+z", "d"]


@given(st.text())
def test_what_is_shown_can_be_seen(text: str) -> None:
    """Nothing that would not be seen, or be mistaken, reaches a person as it is."""
    shown = visible(text)

    assert shown.isprintable()
    assert visible("\u202eEU\u0435\x00") == "\\u{202e}EU\\u{0435}\\x00"
