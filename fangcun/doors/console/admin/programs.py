"""Mini programs and merchants: secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from fangcun.doors.console.forms import SecretField, VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.identity.programs.clients import test_connection
from fangcun.identity.programs.models import Merchant, Program, PushSettings
from fangcun.identity.programs.pushing import new_push_secrets, push_address, set_push
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
    push_token = SecretField(label=_("消息推送 Token"))
    push_aes_key = SecretField(label=_("消息推送 EncodingAESKey"))
    push_mode = forms.ChoiceField(
        label=_("消息加密方式"),
        choices=PushSettings.Mode.choices,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    push_hands_over = forms.BooleanField(
        label=_("客户消息同时转给微信客服工具"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        push = PushSettings.objects.filter(program=self.instance.pk).first()
        self.initial["push_mode"] = push.mode if push else PushSettings.Mode.SECURE
        self.initial["push_hands_over"] = push.hands_over if push else False

    class Meta:
        model = Program
        fields = ["appid", "name", "role", "app_secret", "merchant", "is_active"]

    def wants_push(self) -> bool:
        """Whether anything about the message push was entered, or there is something to change."""
        data = self.cleaned_data
        typed = data.get("push_token") or data.get("push_aes_key")
        return bool(typed or PushSettings.objects.filter(program=self.instance.pk).exists())


@admin.register(Program)
class ProgramAdmin(ConsoleAdmin[Program]):
    resource = "programs"
    writable = True
    form = ProgramForm
    list_display = ["name", "appid", "role", "merchant", "secret", "state"]
    list_select_related = ["merchant"]
    verbs = [
        Verb("test", _("测试连接"), "network_check", "programs.change"),
        Verb(
            "new_push_secrets", _("生成消息推送密钥"), "key", "programs.change",
            confirm=_("生成后旧的 Token 和 EncodingAESKey 立即失效，需要把新的填到微信公众平台。继续吗？"),
        ),
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["appid", "name", "role", "app_secret", "merchant", "is_active"]}),
        (
            _("消息推送"),
            {
                "fields": [
                    "push_url",
                    "push_token",
                    "push_aes_key",
                    "push_mode",
                    "push_hands_over",
                    "push_state",
                ],
                "description": _(
                    "在微信公众平台的“开发管理 - 消息推送”里填入下面的地址，Token、EncodingAESKey 和加密方式两边一致，"
                    "数据格式 JSON 或 XML 都可以。"
                ),
            },
        ),
    ]

    def get_fields(self, request: HttpRequest, obj: Program | None = None) -> Any:
        return flatten_fieldsets(self.fieldsets)

    def get_readonly_fields(self, request: HttpRequest, obj: Program | None = None) -> Any:
        return ["push_url", "push_state", *(["appid"] if obj else [])]

    @display(description=_("推送地址 URL"))
    def push_url(self, program: Program) -> SafeString | str:
        if not program.pk:
            return _t("保存之后显示")
        return format_html(
            '<code class="fc-pre" id="push-url" style="user-select: all">{}</code>', push_address(program)
        )

    @display(description=_("推送状态"))
    def push_state(self, program: Program) -> SafeString:
        push = PushSettings.objects.filter(program=program.pk).first()
        if push is None:
            return badge(_t("未配置"), "quiet")
        if push.heard_at is None:
            return badge(_t("已配置，还没有收到过推送"), "warn")
        return badge(_t("最近收到于 %s") % f"{timezone.localtime(push.heard_at):%Y-%m-%d %H:%M}", "good")

    def new_push_secrets(self, request: HttpRequest, program: Program) -> None:
        """Make a Token and an EncodingAESKey, and show them this once."""
        token, aes_key = new_push_secrets()
        push = PushSettings.objects.filter(program=program).first()
        set_push(
            program=program, token=token, aes_key=aes_key, mode=push.mode if push else PushSettings.Mode.SECURE,
            hands_over=push.hands_over if push else False, by=actor_of(request),
        )  # fmt: skip
        told = _t("请把它们填到微信公众平台，只显示这一次：Token %(token)s，EncodingAESKey %(key)s")
        messages.info(request, told % {"token": token, "key": aes_key})

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
        if form.wants_push():
            set_push(
                program=saved, token=data["push_token"], aes_key=data["push_aes_key"],
                mode=data["push_mode"] or PushSettings.Mode.SECURE, hands_over=data["push_hands_over"],
                by=actor_of(request),
            )  # fmt: skip

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
