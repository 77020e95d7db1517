"""Where a program's server wants to be told, as somebody typed it into WeChat's console."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wechatbox.box import Box
from wechatbox.push.sealing import read_key
from wechatbox.registry import BadRegistration, program_of

MODES = ("plain", "compatible", "secure")
FORMATS = ("json", "xml")
_TOKEN = re.compile(r"[0-9A-Za-z]{3,32}")


@dataclass(frozen=True)
class Target:
    """An address with the token and key that were agreed on."""

    appid: str
    url: str
    token: str
    aes_key: str
    mode: str
    format: str


def target_of(box: Box, appid: str) -> Target | None:
    """Where pushes about this program go; None when nobody configured it."""
    row = box.store.one("SELECT * FROM push_targets WHERE appid = ?", appid)
    if row is None:
        return None
    return Target(row["appid"], row["url"], row["token"], row["aes_key"], row["mode"], row["format"])


def set_target(box: Box, given: Mapping[str, object]) -> Target:
    """Configure a program's message push, or change it. Raises BadRegistration.

    ``aes_key`` is needed unless ``mode`` is plain; ``mode`` is secure and ``format`` json unless said otherwise.
    """
    appid, url, token = (str(given.get(name) or "") for name in ("appid", "url", "token"))
    aes_key, mode = str(given.get("aes_key") or ""), str(given.get("mode") or "secure")
    form = str(given.get("format") or "json")
    if program_of(box, appid) is None:
        raise BadRegistration("appid is not registered in this box")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise BadRegistration("url must be http(s) and have no query")
    if not _TOKEN.fullmatch(token):
        raise BadRegistration("token must be 3 to 32 letters or digits")
    if mode not in MODES or form not in FORMATS:
        raise BadRegistration(f"mode is one of {', '.join(MODES)}, format one of {', '.join(FORMATS)}")
    if mode != "plain" or aes_key:
        try:
            read_key(aes_key)
        except ValueError as error:
            raise BadRegistration(str(error)) from error
    box.store.run(
        "INSERT OR REPLACE INTO push_targets VALUES (?, ?, ?, ?, ?, ?)",
        appid,
        url,
        token,
        aes_key,
        mode,
        form,
    )
    return Target(appid, url, token, aes_key, mode, form)
