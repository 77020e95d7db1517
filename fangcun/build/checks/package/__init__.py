"""Any WeChat package folder, whoever made it: read once, then asked."""

from fangcun.build.checks.package.facts import Facts
from fangcun.build.checks.package.package import APP, Package, SubPackage, page_title
from fangcun.build.checks.package.reading import PackageUnreadable, read_facts

__all__ = ["APP", "Facts", "Package", "PackageUnreadable", "SubPackage", "page_title", "read_facts"]
