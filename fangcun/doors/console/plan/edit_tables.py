"""Fields that are small tables: the properties of an event with their types, and filters on properties."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from fangcun.blueprint.vocabulary import SIMPLE_TYPES, enum_values
from fangcun.doors.console.plan.edit_fields import NUMBER, WHOLE, shown, unfolded

ENUM = "enum"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
SPARE = 1  # empty rows at the end; the page adds more
Row = tuple[str, ...]


class TableWidget(forms.Widget):
    """Rows of inputs, called `<name>.<number>.<column>`."""

    def __init__(self, *, columns: tuple[str, ...], template: str, **more: Any) -> None:
        super().__init__()
        self.columns, self.template, self.more = columns, template, more

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        rows: list[Row] = []
        while f"{name}.{len(rows)}.{self.columns[0]}" in data:
            number = len(rows)
            rows.append(tuple(data.get(f"{name}.{number}.{column}", "") for column in self.columns))
        return [row for row in rows if any(cell.strip() for cell in (row[0], *row[2:]))]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        rows = [dict(zip(self.columns, row, strict=True)) for row in value or ()]
        blank = dict.fromkeys(self.columns, "")
        context = {"name": name, "rows": [*rows, *[blank] * SPARE], "blank": blank, **self.more}
        return render_to_string(self.template, context)


class TableField(forms.Field):
    """A mapping, shown as rows."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def rows(self, value: Any) -> list[Row]:
        """The rows of a plain value."""
        raise NotImplementedError

    def value(self, rows: list[Row]) -> dict[str, Any]:
        """The plain value of rows. Raises ValidationError for what makes none."""
        raise NotImplementedError

    def kept(self, before: Any, after: Any) -> Any:
        """A changed mapping, in which what was not changed is written as it was."""
        if not isinstance(before, dict) or not isinstance(after, dict):
            return after
        old, new = (
            dict(zip(before, self.rows(before), strict=True)),
            dict(zip(after, self.rows(after), strict=True)),
        )
        return {name: before[name] if old.get(name) == new[name] else value for name, value in after.items()}

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, list) else self.rows(value or {})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._plain(self.prepare_value(initial)) != self._plain(data or [])

    def to_python(self, value: Any) -> Any:
        names = [row[0].strip() for row in value or ()]
        for name in names:
            if not NAME.fullmatch(name):
                raise ValidationError(_("属性名“%s”只能用小写字母、数字和下划线") % name[:40])
            if names.count(name) > 1:
                raise ValidationError(_("属性 %s 写了两次") % name)
        return self.value(value or []) or None

    @staticmethod
    def _plain(rows: list[Row]) -> list[Row]:
        return [tuple(unfolded(cell).strip() for cell in row) for row in rows]


class PropsField(TableField):
    """The properties of an event: name, type, and the words of an enumeration."""

    def __init__(self, **options: Any) -> None:
        columns, template = ("name", "type", "values"), "console/plan/edit_props.html"
        widget = TableWidget(columns=columns, template=template, types=(*SIMPLE_TYPES, ENUM))
        super().__init__(widget=widget, **options)

    def rows(self, value: Any) -> list[Row]:
        rows: list[Row] = []
        for name, kind in value.items():
            words = enum_values(shown(kind))
            rows.append((name, ENUM, ", ".join(words)) if words else (name, shown(kind), ""))
        return rows

    def value(self, rows: list[Row]) -> dict[str, Any]:
        return {name.strip(): self._type(name, kind, words) for name, kind, words in rows}

    def _type(self, name: str, kind: str, words: str) -> str:
        if kind != ENUM:
            return kind
        values = [word.strip() for word in re.split(r"[,，、\n]", words) if word.strip()]
        if not values:
            raise ValidationError(_("属性 %s 是枚举，请写出可选的值，用逗号分隔") % name)
        if any(mark in word for word in values for mark in "()（）"):
            raise ValidationError(_("属性 %s 的枚举值里不能有括号") % name)
        return f"enum({', '.join(values)})"


class WhereField(TableField):
    """A filter: each property with the value, or the values, that count."""

    def __init__(self, **options: Any) -> None:
        columns, template = ("name", "values"), "console/plan/edit_where.html"
        super().__init__(widget=TableWidget(columns=columns, template=template), **options)

    def rows(self, value: Any) -> list[Row]:
        return [
            (name, "\n".join(_written(one) for one in (wanted if isinstance(wanted, list) else [wanted])))
            for name, wanted in value.items()
        ]

    def value(self, rows: list[Row]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, text in rows:
            values = [_read(line.strip()) for line in unfolded(text).split("\n") if line.strip()]
            if not values:
                raise ValidationError(_("属性 %s 要等于什么？请写出值") % name)
            read[name.strip()] = values[0] if len(values) == 1 else values
        return read


def _written(value: Any) -> str:
    """A value of a filter as text; what would be read as a number or a truth gets quotes."""
    if isinstance(value, str) and (not isinstance(_read(value), str) or value != _read(value)):
        return f'"{value}"'
    return shown(value)


def _read(text: str) -> Any:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text
