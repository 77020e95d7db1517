"""What a walk can tell that no file can; importing this registers the rules of kind "walk"."""

from fangcun.build.checks.walking.rules import arriving, entering, pages, seeing, tapping, wording

__all__ = ["arriving", "entering", "pages", "seeing", "tapping", "wording"]
