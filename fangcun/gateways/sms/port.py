"""What every provider of text messages can do for us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a provider knows us by. `application` and `region` are Tencent Cloud's SdkAppId and region."""

    key_id: str
    secret: str = field(repr=False)
    application: str = ""
    region: str = ""


class SmsGateway(Protocol):
    """Hands one text to a provider. There is no key by which a provider would know a repetition."""

    def send(self, *, phone: str, sign_name: str, template: str, values: Mapping[str, str], key: str) -> str:
        """Send a registered template to a mainland number; the provider's own number of the message.

        `values` fill the template, in the order in which it names them. `key` goes along where the provider
        has a field for it and comes back in its reports; it prevents nothing. Calls the network. Raises
        SmsRefused when nothing was sent, SmsUnavailable when there was no answer: `details["sent"]` is False
        when the request surely never arrived.
        """
        ...
