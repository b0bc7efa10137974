"""Run the comparison; see the package."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.peers import server
from tests.benchmarks.peers.estate import CONTROLS, PRIMARY, SECONDARY, Estate
from tests.benchmarks.peers.planted import CATALOGUE, LONDON, Planted, caught
from tests.benchmarks.peers.tools import SHARED, Cost, Tool, custodian, everywhere, floor, prowler, run, suite

BESIDE = 2
"""So many pairs that comply lie beside what is planted."""


def say(*cells: object) -> None:
    """Print a row of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def costs(tools: list[Tool], pairs: int) -> dict[str, Cost]:
    """Print what each tool costs on so many databases and buckets that comply."""
    with server.serve() as url:
        Estate(url).fill(pairs)
        found = {}
        for tool in tools:
            cost = found[tool.name] = run(tool, url, (PRIMARY, SECONDARY))
            figures = (f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", f"{cost.memory:.0f}", cost.calls, cost.status)
            rules = Counter(rule for rule, _ in cost.findings).most_common()
            told = ", ".join(f"{rule} {number}" for rule, number in rules) or "none"
            say(tool.name, pairs, *figures, told)
    return found


def marginal(small: dict[str, Cost], large: dict[str, Cost], pairs: int) -> None:
    """Print what one more database and bucket costs."""
    for name in small.keys() & large.keys():
        calls = (large[name].calls - small[name].calls) / pairs
        cpu = 1000 * (large[name].cpu - small[name].cpu) / pairs
        print(f"one more pair costs {name} {calls:.1f} calls and {cpu:.0f} ms of CPU")


def catalogue(tools: list[Tool]) -> None:
    """Print who catches which violation."""
    with server.serve() as url:
        estate = Estate(url)
        estate.fill(BESIDE)
        patterns = {name: one.make(estate, name) for name, one in CATALOGUE.items()}
        runs = {tool.name: run(tool, url, (PRIMARY, SECONDARY, LONDON)) for tool in tools}
    say("violation", *runs)
    say(*("---" for _ in range(len(runs) + 1)))
    total = Counter[str]()
    for name, one in CATALOGUE.items():
        cells = []
        for tool, cost in runs.items():
            rules = caught(one, patterns[name], cost.findings, CONTROLS.get(one.control, ""))
            total[tool] += bool(rules)
            cells.append(f"caught: {', '.join(rules)}" if rules else _silence(tool, one))
        say(one.what, *cells)
    say(f"of {len(CATALOGUE)}", *(total[tool] for tool in runs))
    say("exit status", *(cost.status for cost in runs.values()))


def _silence(tool: str, planted: Planted) -> str:
    if tool in planted.kept_out:
        return "not to be seen on moto"
    return "cannot express" if tool in planted.wordless else "missed"


def main() -> None:
    """Read the command line, and run what it asks for."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    options.add_argument("pairs", type=int, nargs="*", default=[10, 100], help="databases and buckets, each")
    options.add_argument("--peers", type=Path, default=Path(os.devnull), help="folder of the peers' environments")
    options.add_argument("--skip-peers", action="store_true", help="measure the suite and the bare requests only")
    options.add_argument("--only", choices=("costs", "catalogue"), help="what it costs, or who catches what")
    chosen = options.parse_args()
    peers = [] if chosen.skip_peers else [prowler(chosen.peers), custodian(chosen.peers)]
    for one in peers:
        if not one.program.is_file():
            print(f"{one.name} is left out: there is no {one.program}; see tests/benchmarks/peers/__init__.py")
    peers = [one for one in peers if one.program.is_file()]
    whole = suite("this suite")
    shared = suite("this suite, shared statements", "-k", " or ".join(SHARED))
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.1f}, Python {sys.version.split()[0]}")
    if chosen.only != "catalogue":
        say("tool", "pairs", "wall s", "CPU s", "peak MB", "calls", "exit", "findings where everything complies")
        say(*(["---"] * 8))
        series = [costs([*peers, *map(everywhere, peers), whole, shared, floor()], pairs) for pairs in chosen.pairs]
        for number in range(1, len(series)):
            marginal(series[number - 1], series[number], chosen.pairs[number] - chosen.pairs[number - 1])
    if chosen.only != "costs" and not chosen.skip_peers:
        catalogue([*peers, whole])


if __name__ == "__main__":
    main()
