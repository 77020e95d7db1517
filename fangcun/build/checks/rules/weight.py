"""How much the packages weigh, against WeChat's limits, its advice and the plan's budgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

MB: Final = 1024 * 1024
KB: Final = 1024
BUDGET_KB: Final = 1000  # the plan's KB, as the build weighs it
PACKAGE_MB, ADVISED_MB = 2, 1.5
WHOLE_MB, WHOLE_MB_FOR_PROVIDERS = 30, 20
MEDIA_KB = PLUGIN_KB = 200


def _name(root: str) -> tuple[str, str]:
    return (f"分包 {root}", f"Sub-package {root}") if root else ("主包", "The main package")


@rule("package-whole-size")
def package_whole_size(subject: Subject) -> Iterator[Finding]:
    """All packages together are more than WeChat takes."""
    most = WHOLE_MB_FOR_PROVIDERS if subject.declared.service_provider else WHOLE_MB
    whole = sum(subject.package.sizes.values())
    if whole > most * MB:
        yield Finding(
            "package-whole-size",
            f"整个小程序 {whole / MB:.1f} MB，超过 {most} MB",
            f"The mini program has {whole / MB:.1f} MB, more than {most} MB",
            "app.json",
            detail={"bytes": whole, "limit": most * MB},
        )


@rule("package-size")
def package_size(subject: Subject) -> Iterator[Finding]:
    """One package is more than WeChat takes."""
    for root, size in subject.package.sizes.items():
        if size > PACKAGE_MB * MB:
            chinese, english = _name(root)
            yield Finding(
                "package-size",
                f"{chinese} {size / MB:.2f} MB，超过 {PACKAGE_MB} MB；最大的是 {_largest(subject, root)}",
                f"{english} has {size / MB:.2f} MB, more than {PACKAGE_MB} MB; largest: {_largest(subject, root)}",
                root or "app.json",
                detail={"bytes": size, "limit": PACKAGE_MB * MB},
            )


def _largest(subject: Subject, root: str) -> str:
    inside = [file for file in subject.facts.files if subject.package.home_of(file.name) == root]
    return ", ".join(file.name for file in sorted(inside, key=lambda one: -one.size)[:3])


@rule("package-size-advised")
def package_size_advised(subject: Subject) -> Iterator[Finding]:
    """The main package fits, but is larger than WeChat advises."""
    size = subject.package.sizes[""]
    if ADVISED_MB * MB < size <= PACKAGE_MB * MB:
        yield Finding(
            "package-size-advised",
            f"主包 {size / MB:.2f} MB，超过建议的 {ADVISED_MB} MB；最大的是 {_largest(subject, '')}",
            f"The main package has {size / MB:.2f} MB, more than the advised {ADVISED_MB} MB",
            "app.json",
            detail={"bytes": size, "limit": int(ADVISED_MB * MB)},
        )


@rule("package-budget")
def package_budget(subject: Subject) -> Iterator[Finding]:
    """A package is larger than the plan allows."""
    if subject.blueprint is None:
        return
    budgets = subject.blueprint.budgets
    for root, size in subject.package.sizes.items():
        budget = budgets.package_kb if root else budgets.main_kb
        if budget and size > budget * BUDGET_KB:
            chinese, english = _name(root)
            yield Finding(
                "package-budget",
                f"{chinese} {size / BUDGET_KB:.0f} KB，超过蓝图的预算 {budget} KB；最大的是 {_largest(subject, root)}",
                f"{english} has {size / BUDGET_KB:.0f} KB, more than the plan's {budget} KB",
                root or "app.json",
                detail={"bytes": size, "limit": budget * BUDGET_KB},
            )


@rule("media-size")
def media_size(subject: Subject) -> Iterator[Finding]:
    """A picture or a sound is large enough to belong on a server."""
    for file in subject.facts.files:
        if file.kind in ("image", "audio", "video") and file.size > MEDIA_KB * KB:
            yield Finding(
                "media-size",
                f"{file.name} 有 {file.size // KB} KB，图片和音频不宜超过 {MEDIA_KB} KB",
                f"{file.name} has {file.size // KB} KB; pictures and sounds should have {MEDIA_KB} KB at most",
                file.name,
                detail={"bytes": file.size, "limit": MEDIA_KB * KB},
            )


@rule("media-total")
def media_total(subject: Subject) -> Iterator[Finding]:
    """All pictures and sounds together are more than WeChat's code check advises."""
    files = [file for file in subject.facts.files if file.kind in ("image", "audio", "video")]
    whole = sum(file.size for file in files)
    if whole > MEDIA_KB * KB and all(file.size <= MEDIA_KB * KB for file in files):
        yield Finding(
            "media-total",
            f"包里的图片和音频合计 {whole // KB} KB，代码质量检查建议合计不超过 {MEDIA_KB} KB",
            f"Pictures and sounds have {whole // KB} KB together; the code check advises {MEDIA_KB} KB",
            "app.json",
            detail={"bytes": whole, "limit": MEDIA_KB * KB},
        )


@rule("plugin-size")
def plugin_size(subject: Subject) -> Iterator[Finding | Undecided]:
    """A plugin makes the package much larger; its size counts."""
    sizes = dict(subject.declared.plugin_bytes)
    for name, provider in plugins(subject).items():
        size = sizes.get(provider, sizes.get(name))
        if size is None:
            yield Undecided(
                "plugin-size",
                f"插件 {name}（{provider}）的大小不在包里，请在开发者工具里看它是否超过 {PLUGIN_KB} KB",
                f"The size of plugin {name} ({provider}) is not in the package; see whether it exceeds {PLUGIN_KB} KB",
            )
        elif size > PLUGIN_KB * KB:
            yield Finding(
                "plugin-size",
                f"插件 {name} 有 {size // KB} KB，超过 {PLUGIN_KB} KB",
                f"Plugin {name} has {size // KB} KB, more than {PLUGIN_KB} KB",
                "app.json",
                detail={"bytes": size},
            )


def plugins(subject: Subject) -> dict[str, str]:
    """The plugins that app.json asks for, in any package: name → app id."""
    app = subject.package.app
    parts = app.get("subPackages") or app.get("subpackages") or []
    found: dict[str, str] = {}
    for one in (app, *(parts if isinstance(parts, list) else ())):
        written = one.get("plugins") if isinstance(one, dict) else None
        for name, plugin in (written or {}).items():
            found[name] = str(plugin.get("provider", "")) if isinstance(plugin, dict) else ""
    return found
