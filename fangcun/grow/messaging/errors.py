"""Rules about message templates."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class TemplateInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "template_invalid"
    status = 400
    message = _("请检查模板的设置")


class PaceInvalid(DomainError):
    code = "pace_invalid"
    status = 400
    message = _("每天 1–{most_a_day} 条，每周不少于每天、不多于 {most_a_week} 条")


class QuietInvalid(DomainError):
    code = "quiet_invalid"
    status = 400
    message = _("请同时填写免打扰的开始和结束时间")


class TextInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "text_invalid"
    status = 400
    message = _("请检查短信的设置")


class TextTemplateUnknown(DomainError):
    code = "text_template_unknown"
    status = 404
    message = _("没有编号为 {template} 的短信模板，或已停用")


class NoConsent(DomainError):
    code = "no_consent"
    message = _("这位会员没有可用的授权，请先在手机上同意接收这条消息")


class NoAccount(DomainError):
    code = "no_account"
    status = 404
    message = _("这位会员没有登录过这个小程序")
