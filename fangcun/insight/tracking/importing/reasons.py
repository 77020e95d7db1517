"""Why a row is set aside, in words that say what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "columns_wrong": _("列数和表头不一样"),
    "line_broken": _("这一行读不懂：引号没有配对，或不是一个 JSON 对象，或有编码之外的字节"),
    "user_missing": _("没有用户（user）"),
    "user_invalid": _("用户（user）应为文本或数字"),
    "user_not_member": _("用户（user）不是本店会员的编号"),
    "name_missing": _("没有事件名（name）"),
    "name_invalid": _("事件名（name）应为不超过 64 个可见字符"),
    "ts_missing": _("没有时间（ts）"),
    "ts_invalid": _("时间（ts）看不懂：应为 1970 年以来的毫秒整数；别的写法用 --map ts=列名:s、:us 或 :iso"),
    "ts_seconds": _("时间（ts）像是秒而不是毫秒：用 --map ts={column}:s"),
    "ts_micros": _("时间（ts）像是微秒而不是毫秒：用 --map ts={column}:us"),
    "ts_too_old": _("时间（ts）早于 2000 年"),
    "ts_ahead": _("时间（ts）在一天之后的未来"),
    "props_invalid": _("属性（props）应为一个 JSON 对象"),
}
