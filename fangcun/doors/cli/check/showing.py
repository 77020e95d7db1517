"""A report for eyes at a terminal, in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from fangcun.build.checks.comparing import Comparison
from fangcun.build.checks.finding import Finding, Rule, Severity
from fangcun.build.checks.report import Report
from fangcun.build.checks.telling.grouping import WORDS, Group, grouped, place_of

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold blue"}
MOST = 20  # findings of one rule; the rest stand in the other forms


@dataclass(frozen=True, slots=True)
class Tongue:
    """Which of the two languages is spoken."""

    english: bool

    def __call__(self, chinese: str, english: str) -> str:
        return english if self.english else chinese


def show_text(
    report: Report, *, to: Console, say: Tongue, compared: Comparison | None = None, brief: bool = False
) -> None:
    """Findings by rule with how to fix them and where the rule comes from; then waivers, doubts and counts.

    `brief` tells the counts alone.
    """
    if not brief:
        _show_findings(report, to=to, say=say, compared=compared)
    _show_counts(report, to=to, say=say, compared=compared)


def _show_findings(report: Report, *, to: Console, say: Tongue, compared: Comparison | None) -> None:
    new = set() if compared is None else {one.key for one in compared.new}
    for group in grouped(report):
        _show_group(group, to=to, say=say, new=new)
    for expired in report.expired:
        told = say("豁免已到期，重新计入", "waiver is over, counts again")
        to.print(
            Text("! ", "bold yellow").append(
                f"{told}: {expired.key} {expired.rule} {expired.until} {expired.reason}", "default"
            )
        )
    for one in report.undecided:
        told = say("没能判断", "not decided")
        to.print(Text(f"? {told} {one.rule}: {say(one.message, one.message_en)}", "dim"))
    if report.expired or report.undecided:
        to.print()


def _show_group(group: Group, *, to: Console, say: Tongue, new: set[str]) -> None:
    rule, word = group.rule, say(*WORDS[group.severity])
    head = Text(word, COLOURS[group.severity]).append(f" {group.name}", "bold default")
    if rule is not None:
        head.append(f"  {say(rule.title, rule.title_en)}", "not bold default")
    to.print(head)
    for one in group.findings[:MOST]:
        to.print(_line(one, say, new))
    if len(group.findings) > MOST:
        left = len(group.findings) - MOST
        to.print(Text(say(f"    …还有 {left} 处", f"    …and {left} more"), "dim"))
    if rule is not None:
        to.print(Text(f"  → {say(rule.fix, rule.fix_en)}", "green"))
        to.print(Text(f"  {say('出处', 'source')} {told_source(rule)}\n", "dim"))


def _line(one: Finding, say: Tongue, new: set[str]) -> Text:
    line = Text("    ")
    if place := place_of(one):
        line.append(f"{place}  ", "cyan")
    line.append(say(one.message, one.message_en))
    if one.key in new:
        line.append(say("  新", "  new"), "bold magenta")
    return line.append(f"  [{one.key}]", "dim")


def told_source(rule: Rule) -> str:
    """The first source of a rule on one line."""
    first = rule.sources[0]
    return f"{first.page}（{first.date}） {first.url}"


def _show_counts(report: Report, *, to: Console, say: Tongue, compared: Comparison | None) -> None:
    errors, warnings, notes = (report.counts[severity] for severity in Severity)
    told = say(
        f"{report.target}：{errors} 个错误，{warnings} 个提醒，{notes} 条提示",
        f"{report.target}: {errors} errors, {warnings} warnings, {notes} notes",
    )
    if report.waived:
        told += say(f"，{len(report.waived)} 处已豁免", f", {len(report.waived)} waived")
    to.print(Text(told, "bold red" if errors else "bold yellow" if warnings else "bold green"))
    if compared is not None:
        to.print(Text(changes(compared, say), "bold"))
    walked = report.walked
    seen = (
        say("没有走查", "not walked")
        if walked is None
        else say(
            f"走查了 {walked['pages']} 个页面，点按 {walked['taps']} 次",
            f"walked {walked['pages']} pages, {walked['taps']} taps",
        )
    )
    rules = say(f"{len(report.rules_run)} 条规则", f"{len(report.rules_run)} rules")
    pack = say("规则包", "rule pack")
    to.print(Text(f"{rules} · {pack} {report.pack_version} · {seen} · {report.seconds:.1f} s", "dim"))


def changes(compared: Comparison, say: Tongue) -> str:
    """ "2 new, 3 gone" in words."""
    return say(
        f"比上次：新增 {len(compared.new)} 处，消失 {len(compared.gone)} 处",
        f"since the last: {len(compared.new)} new, {len(compared.gone)} gone",
    )


def show_rules(rules: Sequence[Rule], *, to: Console, say: Tongue) -> None:
    """The pack as a list: severity, id, title."""
    width = max(len(one.id) for one in rules) + 2
    for one in rules:
        word = say(*WORDS[one.severity])
        line = Text(f"{word:<4}" if say.english else word, COLOURS[one.severity])
        to.print(line.append(f"  {one.id:<{width}}", "bold default").append(say(one.title, one.title_en)))


def show_rule(one: Rule, *, to: Console, say: Tongue) -> None:
    """Everything about one rule: why, how to fix, every source with its quote and date."""
    head = Text(say(*WORDS[one.severity]), COLOURS[one.severity]).append(f" {one.id}", "bold default")
    to.print(head.append(f"  {say(one.title, one.title_en)}", "not bold default"))
    to.print(Text(f"\n  {say(one.why, one.why_en)}"))
    to.print(Text(f"  → {say(one.fix, one.fix_en)}\n", "green"))
    for source in one.sources:
        to.print(Text(f"  {source.page}（{source.date}）", "bold"))
        to.print(Text(f"    “{source.quote}”"))
        to.print(Text(f"    {source.url}", "dim"))
