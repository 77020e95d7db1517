"""`python -m tests.audit [RULE…]`: recall and precision of every rule over the corpus, with what was missed."""

from __future__ import annotations

import sys

from tests.audit.corpus import cases
from tests.audit.score import clean, run, table


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(rules: list[str]) -> int:
    """Print the table; 1 when anything was missed or made up."""
    chosen = [case for case in cases() if not rules or case.rule in rules]
    scores = run(chosen)
    shown = {name: one for name, one in scores.items() if not rules or name in rules}
    say(table(shown))
    bad = False
    for name, one in sorted(shown.items()):
        for case in one.missed:
            bad = True
            say(f"missed   {case}")
        for case in one.wrong:
            bad = True
            say(f"wrong    {name} in {case}")
    for base, found in clean().items() if not rules else ():
        for told in found:
            bad = True
            say(f"unclean  {base}: {told}")
    return int(bad)


sys.exit(main(sys.argv[1:]))
