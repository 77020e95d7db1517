"""A report as SARIF 2.1.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from fangcun.build.checks.comparing import Comparison
from fangcun.build.checks.finding import Finding, Rule
from fangcun.build.checks.pack import rules
from fangcun.build.checks.report import Report
from fangcun.build.checks.waiving import Excuse
from fangcun.kernel.sarif import sarif_log, uri_of

WHOLE = "app.json"  # where a finding stands that is about the whole package: code scanning wants a file


def as_sarif(report: Report, *, package: Path | None = None, compared: Comparison | None = None) -> str:
    """The report for code scanning. `package` is the folder, so that places lead to files; waived findings are
    suppressed; with a comparison each finding says whether it is new.
    """
    new = None if compared is None else {one.key for one in compared.new}
    results = [_result(report, one, package, new) for one in report.findings]
    results += [_result(report, one.finding, package, new, one.excuse) for one in report.waived]
    if compared is not None:
        results += [_result(report, one, package, new) | {"baselineState": "absent"} for one in compared.gone]
    names = list(dict.fromkeys([*report.rules_run, *(result["ruleId"] for result in results)]))
    descriptors = [_descriptor(name, report, rules().get(name)) for name in names]
    return sarif_log(tool="fangcun check", version=report.pack_version, rules=descriptors, results=results)


def _descriptor(name: str, report: Report, rule: Rule | None) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": name, "defaultConfiguration": {"level": report.severity(name).value}}
    if rule is None:
        return plain
    return plain | {
        "shortDescription": {"text": f"{rule.title} / {rule.title_en}"},
        "fullDescription": {"text": f"{rule.why}\n\n{rule.why_en}"},
        "help": {"text": f"{rule.fix}\n\n{rule.fix_en}\n\n{_sources(rule)}"},
        "helpUri": rule.sources[0].url,
        "properties": {"tags": ["wechat-mini-program", rule.kind], "precision": "high"},
    }


def _sources(rule: Rule) -> str:
    return "\n".join(f"{one.page}（{one.date}）：{one.quote} {one.url}" for one in rule.sources)


def _result(
    report: Report,
    one: Finding,
    package: Path | None,
    new: set[str] | None,
    excuse: Excuse | None = None,
) -> dict[str, Any]:
    rule = rules().get(one.rule)
    plain: dict[str, Any] = {
        "ruleId": one.rule,
        "level": report.severity(one.rule).value,
        "message": {"text": f"{one.message}。{rule.fix}" if rule else one.message},
        "locations": [_location(one, package)],
        "partialFingerprints": {"fangcunKey/v1": one.key},
        "properties": {"message_en": one.message_en, **({"detail": one.detail} if one.detail else {})},
    }
    if excuse is not None:
        until = f"（至 {excuse.until.isoformat()}）"
        plain["suppressions"] = [{"kind": "external", "justification": excuse.reason + until}]
    if new is not None:
        plain["baselineState"] = "new" if one.key in new else "unchanged"
    return plain


def _location(one: Finding, package: Path | None) -> dict[str, Any]:
    file = one.file or WHOLE
    uri = quote(file) if package is None else uri_of(package / file)
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if one.line:
        physical["region"] = {"startLine": one.line}
    place: dict[str, Any] = {"physicalLocation": physical}
    if one.page:
        place["logicalLocations"] = [{"fullyQualifiedName": one.page, "kind": "page"}]
    return place
