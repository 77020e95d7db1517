"""Mini programs and merchants: secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from fangcun.doors.console.forms import SecretField, VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.identity.programs.clients import test_connection
from fangcun.identity.programs.models import Merchant, Program
from fangcun.identity.programs.services import register_merchant, register_program
from fangcun.kernel.audit import record

PARTS = {
    "appid": "AppID",
    "secret": "AppSecret",
    "ip_list": _("IP 白名单"),
    "account": _("账号状态"),
    "network": _("网络"),
    "merchant": _("商户号绑定"),
    "mchid": _("商户号"),
    "serial_no": _("商户证书序列号"),
    "private_key": _("商户私钥"),
    "api_v3_key": _("APIv3 密钥"),
    "wechatpay_key": _("微信支付公钥或平台证书"),
    "clock": _("服务器时间"),
    "binding": _("AppID 与商户号的绑定"),
}


class ProgramForm(VerbForm[Program]):
    app_secret = SecretField(label="AppSecret")

    class Meta:
        model = Program
        fields = ["appid", "name", "role", "app_secret", "merchant", "is_active"]


@admin.register(Program)
class ProgramAdmin(ConsoleAdmin[Program]):
    resource = "programs"
    writable = True
    form = ProgramForm
    list_display = ["name", "appid", "role", "merchant", "secret", "state"]
    list_select_related = ["merchant"]
    verbs = [Verb("test", _("测试连接"), "network_check", "programs.change")]

    def get_readonly_fields(self, request: HttpRequest, obj: Program | None = None) -> Any:
        return ["appid"] if obj else []

    @display(description="AppSecret")
    def secret(self, program: Program) -> SafeString:
        return badge(_t("已设置"), "good") if program.app_secret else badge(_t("未设置"), "bad")

    @display(description=_("状态"))
    def state(self, program: Program) -> SafeString:
        return badge(_t("启用"), "good") if program.is_active else badge(_t("停用"), "quiet")

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        data = form.cleaned_data
        saved = register_program(
            appid=obj.appid,
            name=data["name"],
            app_secret=data["app_secret"],
            role=data["role"],
            merchant=data["merchant"],
            is_active=data["is_active"],
            by=actor_of(request),
        )
        obj.pk = saved.pk

    def test(self, request: HttpRequest, program: Program) -> HttpResponse:
        """Ask WeChat whether each part is right; say which one is not and what to do."""
        checks = test_connection(program)
        wrong = [check.part for check in checks if not check.ok]
        record("programs.test_connection", by=actor_of(request), object=program, note="；".join(wrong))
        context = {
            **self.admin_site.each_context(request),
            "title": _t("测试连接"),
            "opts": self.opts,
            "original": program,
            "program": program,
            "checks": [(PARTS.get(check.part, check.part), check) for check in checks],
            "wrong": wrong,
        }
        return render(request, "console/connection.html", context)


class MerchantForm(VerbForm[Merchant]):
    private_key = SecretField(label=_("商户私钥 apiclient_key.pem"), lines=6)
    api_v3_key = SecretField(label=_("APIv3 密钥"))
    wechatpay_public_key = forms.CharField(
        label=_("微信支付公钥"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 6})
    )

    class Meta:
        model = Merchant
        fields = [
            "mchid", "name", "serial_no", "private_key", "api_v3_key", "mode", "public_key_id",
            "wechatpay_public_key",
        ]  # fmt: skip


@admin.register(Merchant)
class MerchantAdmin(ConsoleAdmin[Merchant]):
    resource = "programs"
    writable = True
    form = MerchantForm
    list_display = ["name", "mchid", "mode", "serial_no", "updated_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Merchant | None = None) -> Any:
        return ["mchid"] if obj else []

    def save_model(self, request: HttpRequest, obj: Merchant, form: Any, change: bool) -> None:
        names = (
            "name", "serial_no", "private_key", "api_v3_key", "mode", "public_key_id", "wechatpay_public_key",
        )  # fmt: skip
        facts = {name: form.cleaned_data[name] for name in names}
        obj.pk = register_merchant(mchid=obj.mchid, by=actor_of(request), **facts).pk
