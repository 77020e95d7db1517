"""A complete set of registrations to start a demo with: one program, one merchant, every secret."""

import secrets
from collections.abc import Mapping

from wechatbox import keyring, registry, signing
from wechatbox.box import Box
from wechatbox.launch.publishing import FIELDS, demo_upload_key, publishing_of, set_publishing
from wechatbox.registry import BadRegistration

APPID = "wxfangcun0000demo1"
# Authorised to a third-party platform: its audits and releases go by API.
PLATFORM_APPID = "wxfangcun0000plat"
MCHID = "1900000109"
_TEMPLATES = [
    {
        "title": "订单支付成功通知",
        "labels": {"character_string1": "订单编号", "thing2": "商品", "amount3": "金额", "time4": "支付时间"},
    },
    {
        "title": "订单发货提醒",
        "labels": {
            "character_string1": "订单编号",
            "thing2": "商品",
            "thing3": "快递公司",
            "character_string4": "快递单号",
        },
    },
    {
        "title": "拼团结果通知",
        "labels": {"thing1": "商品", "phrase2": "拼团结果", "amount3": "拼团价", "thing4": "温馨提示"},
    },
    {
        "title": "积分变动提醒",
        "labels": {
            "thing1": "变动原因",
            "character_string2": "变动积分",
            "character_string3": "当前积分",
            "time4": "变动时间",
        },
    },
    {"title": "优惠券到账提醒", "labels": {"thing1": "优惠券", "thing2": "使用条件", "time3": "有效期至"}},
    {
        "title": "优惠券到期提醒",
        "labels": {"thing1": "优惠券", "thing2": "使用条件", "time3": "到期时间", "thing4": "温馨提示"},
    },
    {
        "title": "活动开始提醒",
        "labels": {"thing1": "活动名称", "time2": "开始时间", "thing3": "活动地点", "thing4": "温馨提示"},
    },
    {"title": "会员关怀通知", "labels": {"thing1": "主题", "thing2": "内容", "time3": "时间"}},
]


def demo_set(box: Box, given: Mapping[str, object]) -> dict[str, object]:
    """Make the demo program and merchant if they are not there; answer all a platform is configured with.

    ``given`` may name ``appid, name, secret, open_platform, templates`` and ``mchid, merchant_name, mode``, and how
    the program publishes (`launch.publishing.FIELDS`). The usual demo has a second program, a third-party one.
    The same appid and mchid give the same values again. Raises BadRegistration when the merchant was
    registered by somebody else, because the box does not know his private key.
    """
    appid = str(given.get("appid", APPID))
    mchid = str(given.get("mchid", MCHID))
    with box.store.transaction():
        _ensure_program(box, appid, given)
        _ensure_merchant(box, mchid, appid, given)
        if appid == APPID:
            _ensure_program(box, PLATFORM_APPID, {"name": "方寸鲜生（第三方平台）", "third_party": True})
    program = registry.program_of(box, appid)
    merchant = registry.merchant_of(box, mchid)
    assert program is not None and merchant is not None  # noqa: S101, PT018
    return {
        **_program(box, program),
        "open_platform": program.open_platform,
        "mchid": merchant.mchid,
        "merchant_name": merchant.name,
        "api_v3_key": merchant.api_v3_key,
        "merchant_private_key": merchant.private_key_pem,
        "merchant_serial_no": merchant.serial_no,
        "mode": merchant.mode,
        **keyring.keys_to_verify_with(box, mchid),
        "templates": [
            {
                "template_id": template.template_id,
                "title": template.title,
                "keys": template.keys,
                "labels": template.labels,
            }
            for template in registry.templates_of(box, appid).values()
        ],
        "third_party_program": _platform_program(box),
    }


def _program(box: Box, program: registry.Program) -> dict[str, object]:
    publishing = publishing_of(box, program.appid)
    assert publishing is not None  # noqa: S101
    return {
        "appid": program.appid,
        "secret": program.secret,
        "name": program.name,
        "third_party": publishing.third_party,
        "upload_private_key": demo_upload_key(box, program.appid),
        "categories": publishing.settings["categories"],
    }


def _platform_program(box: Box) -> dict[str, object] | None:
    program = registry.program_of(box, PLATFORM_APPID)
    return _program(box, program) if program is not None else None


def _ensure_program(box: Box, appid: str, given: Mapping[str, object]) -> None:
    if registry.program_of(box, appid) is not None:
        return
    templates = [
        {"template_id": secrets.token_urlsafe(32), "keys": list(template["labels"]), **template}
        for template in _TEMPLATES
    ]
    registry.register_program(
        box,
        {
            "secret": secrets.token_hex(16),
            "name": "方寸鲜生",
            "open_platform": "demo",
            "templates": templates,
            **{
                key: given[key]
                for key in ("secret", "name", "open_platform", "templates", "pages")
                if key in given
            },
            "appid": appid,
        },
    )
    set_publishing(box, appid, {"developers": ["小方"], "experiencers": ["小月"], **_publishing(given)})


def _publishing(given: Mapping[str, object]) -> dict[str, object]:
    return {name: given[name] for name in FIELDS if name in given}


def _ensure_merchant(box: Box, mchid: str, appid: str, given: Mapping[str, object]) -> None:
    merchant = registry.merchant_of(box, mchid)
    if merchant is None:
        key = signing.new_key()
        certificate = signing.new_certificate(key, mchid)[1]
        registry.register_merchant(
            box,
            {
                "mchid": mchid,
                "name": given.get("merchant_name", "方寸鲜生"),
                "api_v3_key": secrets.token_hex(16),
                "merchant_certificate_pem": certificate,
                "appids": [appid],
                "mode": given.get("mode", "public_key"),
            },
            private_key_pem=key,
        )
    elif merchant.private_key_pem is None:
        raise BadRegistration(
            f"merchant {mchid} was registered with its own key, which the box does not have"
        )
    elif appid not in merchant.appids:
        registry.bind(box, mchid, appid)
