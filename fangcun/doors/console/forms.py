"""Fields and forms that speak the operator's language: yuan, lines of words, refusals at the right field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from fangcun.kernel.errors import DomainError
from fangcun.kernel.money import fen, yuan

if TYPE_CHECKING:  # the library has no types
    from django.forms import ClearableFileInput as FileInput
else:
    from unfold.widgets import UnfoldAdminFileFieldWidget as FileInput

M = TypeVar("M", bound=models.Model)


class MoneyField(forms.CharField):
    """An amount typed in yuan, kept in fen."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": _("单位：元"), **options})

    def prepare_value(self, value: Any) -> Any:
        return yuan(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return fen(text)
        except ValueError:
            raise ValidationError(_t("请输入金额，例如 12.80")) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class WordsField(forms.CharField):
    """Several words, separated by commas or line breaks."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return "，".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        for mark in "，,、\n":
            text = text.replace(mark, "\0")
        return [word.strip() for word in text.split("\0") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


class SecretField(forms.CharField):
    """A secret that can be replaced and never read back."""

    def __init__(self, *, lines: int = 1, **options: Any) -> None:
        widget: forms.Widget = (
            UnfoldAdminTextareaWidget(attrs={"rows": lines, "autocomplete": "off", "spellcheck": "false"})
            if lines > 1
            else UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
        )
        help_text = _("只写不读：留空表示保持不变")
        super().__init__(**{"widget": widget, "required": False, "help_text": help_text, **options})

    def prepare_value(self, value: Any) -> Any:
        return ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


# What `store_image` names a kept picture.
STORED_PICTURE = r"^images/[0-9a-f]{2}/[0-9a-f]{64}\.webp$"


class PictureField(forms.FileField):
    """One picture file."""

    def __init__(self, **options: Any) -> None:
        widget = FileInput(attrs={"accept": "image/*"})
        super().__init__(**{"widget": widget, "required": False, "max_length": None, **options})


class _PicturesInput(FileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several picture files at once."""

    def __init__(self, **options: Any) -> None:
        widget = _PicturesInput(attrs={"accept": "image/*"})
        super().__init__(**{"widget": widget, "required": False, **options})

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PicturesField, self).clean(file, None) for file in files]


class RefusableForm(forms.Form):
    """A form of its own; what the verb refuses is added to it afterwards."""

    def refuse(self, refused: DomainError) -> None:
        """Show what the verb refused, at its field where it has one."""
        fields = refused.details.get("fields")
        for name, problem in fields.items() if isinstance(fields, dict) else ():
            self.add_error(name if name in self.fields else None, str(problem))
        if not self.errors:
            self.add_error(None, str(refused))


class VerbForm(forms.ModelForm[M]):
    """A form whose saving is a verb. What the verb refuses is shown at its field, with nothing lost."""

    refused: DomainError | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refused is not None:
            fields = self.refused.details.get("fields", {})
            placed = False
            for name, problem in fields.items() if isinstance(fields, dict) else ():
                if name in self.fields:
                    self.add_error(name, str(problem))
                    placed = True
            if not placed:
                self.add_error(None, _explained(self.refused))
        return cleaned


def _explained(refused: DomainError) -> str:
    fields = refused.details.get("fields")
    told = "；".join(str(problem) for problem in fields.values()) if isinstance(fields, dict) else ""
    return f"{refused} {told}".strip()
