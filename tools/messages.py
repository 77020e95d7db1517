"""The console's translations: collected from the sources, kept in .po files, compiled to .mo files.

.venv/bin/python tools/messages.py            collect and compile
.venv/bin/python tools/messages.py --check    say what is out of date or untranslated, change nothing

Our own texts are Chinese in the sources: `en` translates them. The console's library (unfold) speaks English:
`zh_Hans` translates what neither it nor Django does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gettext
import io
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "fangcun" / "locale"
# A file that changes only when a text does.
WRITTEN = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed.")
    return Path(spec.origin).parent


# Of the library's own extensions only this one is installed.
UNFOLD = ("unfold", "unfold.contrib.filters")
DJANGO = ("django.conf", "django.contrib.admin", "django.contrib.auth")


def texts(root: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Every (message, context) marked for translation below a folder, tests and migrations left out."""
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        if {"tests", "migrations", "locale", "contrib"} & set(path.relative_to(root).parts):
            continue
        source = path.read_text("utf-8")
        if path.suffix == ".html":
            # Python's tokenizer reads what Django makes of a template, once indentation means nothing.
            source = f"(\n{templatize(source)}\n)"
        found: Iterable[Any] = extract_python(
            io.BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"}
        )
        for _line, function, message, _comments in found:
            parts = message if isinstance(message, tuple) else (message,)
            if function.startswith("pgettext"):
                yield parts[1], parts[0]
            elif function.startswith("ngettext"):
                yield (parts[0], parts[1]), None
            elif parts[0]:
                yield parts[0], None


def known_in_chinese() -> set[str]:
    """The messages that the installed packages translate themselves."""
    known: set[str] = set()
    for package in (*DJANGO, *UNFOLD):
        file = folder(package) / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
        if not file.exists():
            continue
        with file.open("rb") as stream:
            catalog: dict[Any, str] = vars(gettext.GNUTranslations(stream))["_catalog"]
        known |= {str(key[0] if isinstance(key, tuple) else key) for key, text in catalog.items() if text}
    return known


def collected(locale: str) -> Catalog:
    """What has to be translated into one language, without translations."""
    catalog = empty(locale)
    if locale == "en":
        for message, context in texts(ROOT / "fangcun"):
            catalog.add(message, context=context)
        return catalog
    known = known_in_chinese()
    for package in UNFOLD:
        for message, context in texts(folder(package)):
            first = message[0] if isinstance(message, tuple) else message
            if first.strip() and first not in known:
                catalog.add(message, context=context)
    return catalog


def empty(locale: str) -> Catalog:
    return Catalog(locale=locale, project="fangcun", creation_date=WRITTEN, revision_date=WRITTEN,
                   last_translator="Fangcun", language_team="Fangcun", header_comment="#")  # fmt: skip


def updated(locale: str, po: Path) -> Catalog:
    """The translations there are, for exactly the messages there are."""
    old = Catalog()
    if po.exists():
        with po.open("rb") as stream:
            old = read_po(stream, locale=locale)
    catalog = collected(locale)
    for message in catalog:
        before = old.get(message.id, message.context) if message.id else None
        if before is not None and message.id:
            message.string = before.string
    return catalog


def rendered(catalog: Catalog) -> tuple[bytes, bytes]:
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=110, no_location=True, sort_output=True, omit_header=False)
    write_mo(mo, catalog)
    return po.getvalue(), mo.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when something is to do")
    check, trouble = parser.parse_args().check, []
    for locale in ("en", "zh_Hans"):
        base = LOCALE / locale / "LC_MESSAGES" / "django"
        catalog = updated(locale, base.with_suffix(".po"))
        untranslated = [
            message.id
            for message in catalog
            if message.id
            and not all(message.string if isinstance(message.string, tuple) else [message.string])
        ]
        trouble += [f"{locale}: no translation of {text!r}" for text in untranslated]
        for suffix, content in zip((".po", ".mo"), rendered(catalog), strict=True):
            file = base.with_suffix(suffix)
            if file.exists() and file.read_bytes() == content:
                continue
            if check:
                trouble.append(f"{file.relative_to(ROOT)} is out of date")
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    print("\n".join(trouble) or "Translations are up to date.")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
