"""The only writers of members, their logins, addresses and consents."""

from fangcun.identity.members.services.addresses import (
    MOST_ADDRESSES,
    add_address,
    change_address,
    delete_address,
    make_default,
)
from fangcun.identity.members.services.entering import Login, admit, login, logout, revoke_all
from fangcun.identity.members.services.profile import (
    agree_to_privacy,
    change_profile,
    reveal_phone,
    take_phone,
)
from fangcun.identity.members.services.tagging import tag_member, untag_member

__all__ = [
    "MOST_ADDRESSES",
    "Login",
    "add_address",
    "admit",
    "agree_to_privacy",
    "change_address",
    "change_profile",
    "delete_address",
    "login",
    "logout",
    "make_default",
    "reveal_phone",
    "revoke_all",
    "tag_member",
    "take_phone",
    "untag_member",
]
