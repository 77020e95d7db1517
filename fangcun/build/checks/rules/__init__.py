"""The checks of the rules about packages and plans; importing this package registers them all."""

from fangcun.build.checks.rules import (
    agreeing,
    built,
    content,
    goods,
    leftovers,
    login,
    network,
    planned,
    privacy,
    secrets,
    structure,
    style,
    unsafe,
    unused,
    weight,
    words,
)

__all__ = [
    "agreeing",
    "built",
    "content",
    "goods",
    "leftovers",
    "login",
    "network",
    "planned",
    "privacy",
    "secrets",
    "structure",
    "style",
    "unsafe",
    "unused",
    "weight",
    "words",
]
