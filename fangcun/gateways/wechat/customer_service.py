"""Customer service of a mini program: answers to customers who wrote, and their pictures."""

from __future__ import annotations

from typing import Any

from fangcun.gateways.wechat.miniprogram_channel import MiniProgramChannel, text
from fangcun.gateways.wechat.tokens import PROCESS_TOKENS, TokenStore
from fangcun.gateways.wechat.transport import DEFAULT_TIMEOUT, Timeout

MOST_PICTURE_BYTES = 10 * 1024 * 1024


class CustomerServiceApi:
    """Customer service at WeChat or at anything that speaks like it.

    Each send may raise WindowClosed (45015), AnswersUsedUp (45047), RecipientInvalid (40003), RequestRefused,
    and what every call may raise: BadCredentials, RateLimited, Unavailable. A send is never repeated after the
    request has left, as the customer might read it twice. Source: sendCustomMessage.
    """

    def __init__(
        self,
        base_url: str,
        appid: str,
        secret: str,
        *,
        tokens: TokenStore = PROCESS_TOKENS,
        timeout: Timeout = DEFAULT_TIMEOUT,
    ) -> None:
        self._channel = MiniProgramChannel(base_url, appid, secret, tokens=tokens, timeout=timeout)

    def send_text(self, *, openid: str, content: str) -> None:
        """Send a text."""
        self._send(openid, "text", {"content": content})

    def send_picture(self, *, openid: str, media_id: str) -> None:
        """Send a picture that was uploaded. Raises MediaGone after three days."""
        self._send(openid, "image", {"media_id": media_id})

    def send_card(self, *, openid: str, title: str, page: str, thumb_media_id: str) -> None:
        """Send a card that opens a page of the same mini program; `page` with its query, no leading slash."""
        card = {"title": title, "pagepath": page, "thumb_media_id": thumb_media_id}
        self._send(openid, "miniprogrampage", card)

    def send_link(self, *, openid: str, title: str, description: str, url: str, thumb_url: str) -> None:
        """Send a link with title, description and a small picture by its address."""
        link = {"title": title, "description": description, "url": url, "thumb_url": thumb_url}
        self._send(openid, "link", link)

    def show_typing(self, *, openid: str, typing: bool) -> None:
        """Let the customer see that somebody is typing, or no longer. Source: setTyping."""
        command = "Typing" if typing else "CancelTyping"
        self._channel.post(
            "/cgi-bin/message/custom/typing", {"touser": openid, "command": command}, repeatable=False
        )

    def upload_picture(self, data: bytes, *, kind: str = "image/jpeg") -> str:
        """Give WeChat a picture (JPEG, PNG or GIF, ≤ 10 MB) to send; its media id, good for three days.

        Source: uploadTempMedia.
        """
        name = f"picture.{kind.rpartition('/')[2]}"
        answer = self._channel.upload(
            "/cgi-bin/media/upload", {"type": "image"}, name=name, data=data, kind=kind
        )
        return text(answer, "media_id")

    def fetch_media(self, media_id: str) -> bytes:
        """The bytes of a picture a customer sent; as WeChat has them, so look into them before use.

        Raises MediaGone, and RequestRefused for more than 10 MB. Source: getTempMedia.
        """
        return self._channel.download(
            "/cgi-bin/media/get", {"media_id": media_id}, most_bytes=MOST_PICTURE_BYTES
        )

    def _send(self, openid: str, kind: str, content: dict[str, Any]) -> None:
        self._channel.post(
            "/cgi-bin/message/custom/send",
            {"touser": openid, "msgtype": kind, kind: content},
            repeatable=False,
        )
