"""What people type, made fit to be kept and shown."""

from __future__ import annotations

import unicodedata

# Joins emoji such as families; all other invisible format characters can make a text look like another one.
_JOINER = "\u200d"
_BLANK = {"Zs", "Zl", "Zp"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def one_line(text: str) -> str:
    """A text without control and invisible characters, with single blanks between its words.

    Takes out NUL, line breaks, direction overrides and lone surrogates; emoji stay.
    """
    kept = []
    for char in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(char)
        if kind in _BLANK or char in "\t\n\r\v\f":
            kept.append(" ")
        elif char == _JOINER or kind not in _INVISIBLE:
            kept.append(char)
    line = " ".join("".join(kept).split())
    return line if line.strip(_JOINER) else ""
