"""What the package carries without needing it, or carries in the wrong place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package import APP
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

_ROOTS = frozenset({"app.js", "app.wxss", "app.json"})


@rule("code-unused")
def code_unused(subject: Subject) -> Iterator[Finding]:
    """A script, template or style sheet that nothing needs. WeChat's own check has to say so, too."""
    official = subject.facts.quality.get("CONTAINS_UNUSED_CODES") or {}
    listed = official.get("detail")
    named = frozenset(str(one) for one in listed) if isinstance(listed, list) else None
    workers = subject.package.app.get("workers")
    folder = workers.get("path", "") if isinstance(workers, dict) else workers or ""
    for file in subject.facts.files:
        if file.kind not in ("script", "template", "style") or not subject.unused(file.name):
            continue
        if (
            file.library
            or file.name in _ROOTS
            or (folder and file.name.startswith(f"{str(folder).strip('/')}/"))
        ):
            continue
        if named is None or file.name in named:
            yield Finding(
                "code-unused", f"没有任何页面用到 {file.name}", f"No page needs {file.name}", file.name
            )


@rule("component-unused")
def component_unused(subject: Subject) -> Iterator[Finding]:
    """A page, component or app.json registers a component that no template it speaks for uses."""
    package = subject.package
    everywhere = {
        element.tag for template in subject.facts.templates.values() for element in template.elements
    }
    everywhere |= {word for _file, element in subject.facts.elements() for word in element.attrs.values()}
    shared = package.app.get("usingComponents")
    for tag in shared if isinstance(shared, dict) else ():
        if tag not in everywhere:
            yield Finding(
                "component-unused",
                f"app.json 登记了组件 {tag}，没有模板用它",
                f"app.json registers the component {tag}, but no template uses it",
                "app.json",
            )
    for path, json in package.facts.json.items():
        base = path.removesuffix(".json")
        template = subject.facts.templates.get(f"{base}.wxml")
        used = json.get("usingComponents") if isinstance(json, dict) else None
        if template is None or not isinstance(used, dict) or template.library or template.imports:
            continue
        tags = {element.tag for element in template.elements}
        words = {
            word
            for element in template.elements
            for key, word in element.attrs.items()
            if key.startswith("generic:")
        }
        placeholders = set((json.get("componentPlaceholder") or {}).values())
        for tag in used:
            if tag not in tags | words | placeholders:
                yield Finding(
                    "component-unused",
                    f"登记了组件 {tag}，模板里没有用",
                    f"The component {tag} is registered, but the template does not use it",
                    path,
                    page=base if base in package.pages else "",
                )


@rule("plugin-unused")
def plugin_unused(subject: Subject) -> Iterator[Finding]:
    """A plugin is asked for, but no page uses it."""
    listed = (subject.facts.quality.get("CONTAINS_UNUSED_PLUGINS") or {}).get("detail")
    for name in listed if isinstance(listed, list) else ():
        yield Finding("plugin-unused", f"插件 {name} 没有用到", f"No page uses the plugin {name}", "app.json")


@rule("main-for-one-part")
def main_for_one_part(subject: Subject) -> Iterator[Finding]:
    """A file of the main package that only one sub-package needs."""
    package = subject.package
    main = package.used_by(APP).union(*(package.used_by(page) for page in package.main_pages))
    users: dict[str, Counter[str]] = {}
    for part in package.subpackages:
        for page in part.pages:
            for file in package.used_by(page) - main:
                users.setdefault(file, Counter())[part.root] += 1
    kinds = {file.name: file for file in subject.facts.files}
    for name, parts in sorted(users.items()):
        held = kinds[name]
        if len(parts) == 1 and package.home_of(name) == "" and name.endswith(".js") and not held.library:
            (root,) = parts
            yield Finding(
                "main-for-one-part",
                f"{name} 只有分包 {root} 用到，却放在主包里",
                f"Only sub-package {root} needs {name}, but it lies in the main package",
                name,
                detail={"bytes": held.size, "part": root},
            )


@rule("lazy-code-loading")
def lazy_code_loading(subject: Subject) -> Iterator[Finding]:
    """Components are loaded all at once at the start."""
    if subject.package.app and subject.package.app.get("lazyCodeLoading") != "requiredComponents":
        yield Finding(
            "lazy-code-loading",
            "app.json 没有打开 lazyCodeLoading，启动时会注入全部代码",
            "app.json does not set lazyCodeLoading: everything is loaded at the start",
            "app.json",
        )


@rule("source-map")
def source_map(subject: Subject) -> Iterator[Finding]:
    """Source maps give the source code away and weigh much."""
    for file in subject.facts.files:
        script = subject.facts.scripts.get(file.name)
        if file.kind == "sourcemap" or (script and script.source_map):
            yield Finding(
                "source-map", f"{file.name} 带着源码映射", f"{file.name} carries a source map", file.name
            )
