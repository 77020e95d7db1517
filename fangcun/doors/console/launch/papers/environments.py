"""Environments: servers and addresses of each version, what to copy into WeChat's console, the upload key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from fangcun.build.papers.queries import environments, upload_key_fingerprint
from fangcun.build.papers.services import save_environment, set_upload_key
from fangcun.build.papers.states import Stage
from fangcun.build.papers.testing.inbound import pay_address
from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.launch.papers.frame import back, chosen, stage_of, tabbed
from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.programs.models import Program, PushSettings
from fangcun.identity.programs.pushing import push_address
from fangcun.kernel.errors import DomainError


class LinesField(forms.CharField):
    """Several texts, one a line."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"})
        super().__init__(**{"widget": widget, "required": False, "max_length": 20_000, **options})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [
            line.strip() for line in text.replace(",", "\n").replace("，", "\n").splitlines() if line.strip()
        ]


class EnvironmentForm(RefusableForm):
    """What is entered in WeChat's console for one version."""

    request_domains = LinesField(
        label=_("request 合法域名"), help_text=_("每行一个，以 https:// 开头，不能是 IP")
    )
    upload_domains = LinesField(label=_("uploadFile 合法域名"), help_text=_("手机上传图片到的地方"))
    download_domains = LinesField(label=_("downloadFile 合法域名"), help_text=_("海报、分享图下载的地方"))
    socket_domains = LinesField(label=_("socket 合法域名"), help_text=_("以 wss:// 开头"))
    ip_allow_list = LinesField(
        label=_("IP 白名单"), help_text=_("能用 AppSecret 和上传密钥的服务器；公众平台里要填同样的")
    )
    filing = forms.CharField(
        label=_("ICP 备案号"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget,
        help_text=_("域名的备案号，例如 滇ICP备2026000001号"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One environment at a time; what is the same for all stands below."""
    context = tabbed(request, "environments", _t("资质与环境"))
    program, stage = context["program"], stage_of(request)
    if program is None:
        return render(request, "console/launch/environments.html", context)
    kept = environments(program)
    row = kept[stage]
    initial = {name: getattr(row, name) for name in EnvironmentForm.base_fields}
    form = EnvironmentForm(request.POST or None, initial=initial)
    if request.method == "POST":
        guard(request)
        if form.is_valid():
            try:
                save_environment(program=program, name=stage, by=actor_of(request), **form.cleaned_data)
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("已保存"))
                return back("environments", program, environment=stage)
    context |= {
        "form": form,
        "stage": stage,
        "stages": [(name, label, bool(kept[name].domains)) for name, label in Stage.choices],
        "keys": _keys(program),
        "addresses": _addresses(program),
        "fingerprint": upload_key_fingerprint(program),
    }
    return render(request, "console/launch/environments.html", context, status=400 if form.errors else 200)


def _keys(program: Program) -> list[tuple[str, bool]]:
    """Which keys are set; none is shown."""
    push, merchant = PushSettings.objects.filter(program=program).first(), program.merchant
    return [
        ("AppSecret", bool(program.app_secret)),
        (_t("消息推送 Token"), bool(push and push.token)),
        (_t("消息推送 EncodingAESKey"), bool(push and push.aes_key)),
        (_t("商户私钥"), bool(merchant and merchant.private_key)),
        (_t("APIv3 密钥"), bool(merchant and merchant.api_v3_key)),
        (
            _t("微信支付公钥或平台证书"),
            bool(merchant and (merchant.wechatpay_public_key or merchant.platform_certificates)),
        ),
        (_t("代码上传密钥"), bool(upload_key_fingerprint(program))),
    ]


def _addresses(program: Program) -> list[tuple[str, str, str]]:
    """What is copied into WeChat's consoles: what it is, the address, where it goes."""
    push = _t("公众平台 → 开发管理 → 消息推送；审核结果也从这里来")
    found = [(_t("消息推送"), push_address(program), push)]
    if program.merchant is not None:
        place = _t("下单时自动带上，不用在商户平台填写")
        found.append((_t("支付通知"), pay_address(program.merchant), place))
    found.append((_t("服务器域名"), settings.PUBLIC_URL, _t("公众平台 → 开发管理 → 服务器域名 → request")))
    return found


@require_POST
def key(request: HttpRequest) -> HttpResponse:
    """Keep the upload key; it is never shown again."""
    guard(request)
    program = chosen(request)
    if program is None:
        raise Http404
    upload = request.FILES.get("file")
    text = (
        upload.read(20_000).decode("ascii", "replace")
        if upload
        else request.POST.get("private_key", "")[:20_000]
    )
    try:
        set_upload_key(program=program, private_key=text, by=actor_of(request))
    except DomainError as refused:
        fields = refused.details.get("fields", {})
        messages.error(request, "；".join(map(str, fields.values())) or str(refused))
    else:
        messages.success(request, _t("代码上传密钥已保存"))
    return back("environments", program, "upload-key", environment=stage_of(request))
