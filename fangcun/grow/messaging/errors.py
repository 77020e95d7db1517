"""Rules about message templates."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class TemplateInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "template_invalid"
    status = 400
    message = _("请检查模板的设置")
