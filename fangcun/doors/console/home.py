"""The form of the home page: banners as rows, the notice, the words recommended for search."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from fangcun.doors.console.forms import STORED_PICTURE, PictureField, RefusableForm, WordsField
from fangcun.gateways.storage import ImageRefused, store_image
from fangcun.shop.catalog.models import HomeSettings
from fangcun.shop.catalog.services.home import Banner


class HomeForm(RefusableForm):
    notice = forms.CharField(
        label=_("公告"), required=False, max_length=120, widget=UnfoldAdminTextInputWidget()
    )
    hot_words = WordsField(label=_("热搜词"), required=False, help_text=_("用逗号分隔"))


def _line(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=UnfoldAdminTextInputWidget(), **options)


class BannerForm(forms.Form):
    image = forms.RegexField(STORED_PICTURE, required=False, widget=forms.HiddenInput())
    title = _line(_("标题"), max_length=40)
    subtitle = _line(_("副标题"), max_length=60)
    link = _line(_("点击后打开"), help_text=_("小程序页面路径，以 /pages 开头"), max_length=200)
    upload = PictureField(label=_("图片"))
    position = forms.IntegerField(
        label=_("顺序"), required=False, initial=0, widget=UnfoldAdminIntegerFieldWidget()
    )

    def clean(self) -> dict[str, Any]:
        """Keep a new picture at once, so that it is not lost when something else is refused."""
        data = super().clean() or {}
        if upload := data.get("upload"):
            try:
                data["image"] = store_image(upload.read()).path
            except ImageRefused as refused:
                self.add_error("upload", str(refused))
            else:
                typed = QueryDict(mutable=True)
                typed.update(self.data)
                typed[self.add_prefix("image")] = data["image"]
                self.data = typed
        elif not data.get("image") and self.has_changed():
            self.add_error("upload", _("请选择图片"))
        return data


BannerFormSet = forms.formset_factory(BannerForm, extra=1, can_delete=True, max_num=8)


def banner_rows(home: HomeSettings) -> list[dict[str, Any]]:
    """The banners as they are, one form each."""
    return [{**banner, "position": place} for place, banner in enumerate(home.banners, 1)]


def banners_of(rows: Any) -> list[Banner]:
    """The banners as the operator wants them, in their order."""
    data = [row.cleaned_data for row in rows if row.cleaned_data.get("image")]
    kept = [banner for banner in data if not banner.get("DELETE")]
    kept.sort(key=lambda banner: banner["position"] or 99)
    return [
        Banner(image=banner["image"], title=banner["title"], subtitle=banner["subtitle"], link=banner["link"])
        for banner in kept
    ]
