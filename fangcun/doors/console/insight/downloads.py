"""Answers as CSV files for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone

from fangcun.kernel.cells import safe

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as rows; None is an empty cell."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def download(table: Table, name: str) -> HttpResponse:
    """The file; it starts with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.head)
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    return answer


def _cell(cell: Cell) -> str | int | float:
    if isinstance(cell, str):
        return safe(cell)
    return "" if cell is None else cell
