"""The only writers of staff accounts, their roles and their ways into the console."""

from fangcun.identity.staff.services.accounts import (
    activate,
    deactivate,
    invite_staff,
    set_password,
    set_roles,
)
from fangcun.identity.staff.services.links import issue_login_link, redeem_login_link

__all__ = [
    "activate",
    "deactivate",
    "invite_staff",
    "issue_login_link",
    "redeem_login_link",
    "set_password",
    "set_roles",
]
