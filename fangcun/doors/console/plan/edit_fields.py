"""Form fields for the values of a blueprint.

A field shows a plain value, and gives a plain value back; None stands for a value that is not there. What was shown
and comes back as it was counts as unchanged, whatever it is, so that saving one field leaves the others alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fangcun.blueprint.shapes import why_not

Choices = Sequence[tuple[str, Any]]
WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
NUMBER = re.compile(r"[-+]?([0-9]{1,15}(\.[0-9]*)?|\.[0-9]+)")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def shown(value: Any) -> str:
    """A scalar as it stands in an input."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def unfolded(text: str) -> str:
    """A text with the line breaks that YAML knows; browsers send their own."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class TextField(forms.CharField):
    """One text, of several lines if need be, kept exactly."""

    widget = forms.Textarea(attrs={"rows": 1, "class": "fc-auto"})

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return shown(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._seen(shown(initial)) != self._seen(data or "")

    def to_python(self, value: Any) -> Any:
        return unfolded(value or "") or None

    def _seen(self, text: str) -> str:
        return unfolded(text)


class WordField(TextField):
    """A short text on one line. A restricted one tells what it should look like."""

    def __init__(self, *, of: Any = str, options: str = "", **more: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", **({"list": options} if options else {})}
        super().__init__(widget=forms.TextInput(attrs=attrs), **more)
        self.of = of

    def to_python(self, value: Any) -> Any:
        return (value or "").strip() or None

    def validate(self, value: Any) -> None:
        problem = None if value is None else why_not(self.of, value)
        if problem is not None:
            raise ValidationError("，".join(problem))

    def _seen(self, text: str) -> str:
        return text.replace("\r", "").replace("\n", "")  # a browser's input of one line keeps none


class NumberField(WordField):
    """A number, whole or not, within the bounds of its type."""

    def __init__(self, *, whole: bool, **more: Any) -> None:
        super().__init__(**more)
        self.widget.attrs["inputmode"] = "numeric" if whole else "decimal"
        self.whole = whole

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None:
            return None
        if WHOLE.fullmatch(text):
            return int(text)
        if self.whole:
            raise ValidationError(_("请填写整数"))
        if not NUMBER.fullmatch(text):
            raise ValidationError(_("请填写数字，不带百分号和单位"))
        return float(text)


class DateField(WordField):
    """A day."""

    def __init__(self, *, shown_value: Any = None, **more: Any) -> None:
        super().__init__(**more)
        if shown_value is None or _day(shown_value):  # anything else would be lost in a calendar
            self.widget.input_type = "date"  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return None if text is None else day_of(text)

    def validate(self, value: Any) -> None:
        """A day is a day."""


class FlagField(forms.BooleanField):
    """Yes or no; no when it is not there."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return value is True

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial is True) != self.to_python(data)


class ChoiceField(forms.ChoiceField):
    """One of some words. What stands in the draft is offered too, even when it is none of them."""

    def __init__(self, *, choices: Choices, value: Any = None, blank: str = "—", **options: Any) -> None:
        known = list(choices)
        if shown(value) and shown(value) not in {key for key, _name in known}:
            known.append((shown(value), _("%s（不存在）") % shown(value)))
        super().__init__(required=False, choices=[("", blank), *known], **options)

    def prepare_value(self, value: Any) -> Any:
        return shown(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return shown(initial) != (data or "")

    def to_python(self, value: Any) -> Any:
        return value or None


class ChoicesField(forms.MultipleChoiceField):
    """Several of some words; those that were there keep their order."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, choices: Choices, value: Any = None, **options: Any) -> None:
        self.were = [shown(one) for one in value or ()]
        names = {key for key, _name in choices}
        strange = [(one, _("%s（不存在）") % one) for one in self.were if one not in names]
        super().__init__(required=False, choices=[*choices, *strange], **options)

    def prepare_value(self, value: Any) -> Any:
        return [shown(one) for one in value or ()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {shown(one) for one in initial or ()} != set(data or ())

    def to_python(self, value: Any) -> Any:
        picked = super().to_python(value)
        return [
            *(one for one in self.were if one in picked),
            *(one for one in picked if one not in self.were),
        ]


class LinesField(TextField):
    """Several texts, one a line."""

    def __init__(self, *, of: Any = str, **options: Any) -> None:
        super().__init__(**options)
        self.of = of

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(shown(one) for one in value) if isinstance(value, list) else shown(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return unfolded(self.prepare_value(initial)) != unfolded(data or "")

    def to_python(self, value: Any) -> Any:
        lines = [line for line in unfolded(value or "").split("\n") if line.strip()]
        if self.of is dt.date:
            return [day_of(line.strip()) for line in lines]
        if self.of is str:
            return lines
        lines = [line.strip() for line in lines]
        for line in lines:
            if (problem := why_not(self.of, line)) is not None:
                raise ValidationError("，".join(problem))
        return lines


class ColorField(WordField):
    """A colour, with a picker beside it where the browser runs scripts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs["data-color"] = "1"


def day_of(text: str) -> dt.date:
    """The day that somebody wrote. Raises ValidationError for what is none."""
    day = _day(text)
    if day is None:
        raise ValidationError(_("“%s”不是日期，写成 2027-06-30") % text[:40])
    return day


def _day(text: Any) -> dt.date | None:
    if not (isinstance(text, str) and DATE.fullmatch(text)):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


NOT_EMPTY = gettext_lazy("请填写")
