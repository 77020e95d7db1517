"""What the documents point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"")
DOCUMENTS = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "deploy", ROOT / "wechatbox", ROOT / "bench")
    for path in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(path):
    targets = [first or second for first, second in LINK.findall(path.read_text())]
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (path.parent / target).exists()] == []


def test_every_decision_is_in_the_list_of_decisions():
    folder = ROOT / "docs" / "adr"
    listed = set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("0*.md")}


def test_both_readmes_tell_of_the_same_capabilities():
    def rows(name: str) -> list[str]:
        return re.findall(r"^\| ([PBG]\d(?:–[PBG]\d)?) \|", (ROOT / name).read_text(), re.MULTILINE)

    assert rows("README.md") == rows("README.zh-CN.md")
    assert rows("README.md")[0] == "P1–P5"
    assert rows("README.md")[-1] == "G4–G5"
