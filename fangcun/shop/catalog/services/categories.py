"""Categories: two levels, named once under one parent."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import NotFound
from fangcun.shop.catalog.errors import CategoryInUse, CategoryNameTaken, CategoryTooDeep, ProductInvalid
from fangcun.shop.catalog.models import Category, Product
from fangcun.shop.catalog.services.products import refresh_search
from fangcun.shop.catalog.snapshots import publish_window
from fangcun.shop.catalog.text import one_line


@transaction.atomic
def create_category(
    *,
    name: str,
    by: Actor,
    parent_id: int | None = None,
    icon: str = "",
    position: int = 0,
    visible: bool = True,
) -> Category:
    """Add a shelf, or a part of a shelf under `parent_id`.

    Raises CategoryTooDeep (no third level), CategoryNameTaken, ProductInvalid (name), NotFound (parent).
    """
    category = Category(name=name, icon=icon, position=position, visible=visible)
    category.parent = _parent(parent_id)
    _save(category)
    audit.record("catalog.create_category", by=by, object=category, after=_facts(category))
    publish_window()
    return category


@transaction.atomic
def update_category(
    category_id: int,
    *,
    by: Actor,
    name: str | None = None,
    icon: str | None = None,
    position: int | None = None,
    visible: bool | None = None,
) -> Category:
    """Rename, move in the row, show or hide a category; what is None stays. Raises as create_category."""
    category = _locked(category_id)
    before = _facts(category)
    given = {"name": name, "icon": icon, "position": position, "visible": visible}
    for field, value in given.items():
        if value is not None:
            setattr(category, field, value)
    _save(category)
    if category.name != before["name"]:
        refresh_search(category)
    audit.record("catalog.update_category", by=by, object=category, before=before, after=_facts(category))
    publish_window()
    return category


@transaction.atomic
def move_category(category_id: int, *, parent_id: int | None, by: Actor) -> Category:
    """Put a category with its products under another first-level one, or make it first-level itself."""
    category = _locked(category_id)
    before = _facts(category)
    parent = _parent(parent_id)
    if parent and (parent == category or category.children.exists()):
        raise CategoryTooDeep
    category.parent = parent
    _save(category)
    Product.objects.filter(category=category).update(top_category=parent or category)
    refresh_search(category)
    audit.record("catalog.move_category", by=by, object=category, before=before, after=_facts(category))
    publish_window()
    return category


@transaction.atomic
def delete_category(category_id: int, *, by: Actor) -> None:
    """Remove an empty category. Raises CategoryInUse."""
    category = _locked(category_id)
    audit.record("catalog.delete_category", by=by, object=category, before=_facts(category))
    try:
        category.delete()
    except ProtectedError:
        raise CategoryInUse from None
    publish_window()


def _locked(category_id: int) -> Category:
    category = Category.objects.select_for_update(no_key=True).filter(pk=category_id).first()
    if category is None:
        raise NotFound(category_id=category_id)
    return category


def _parent(parent_id: int | None) -> Category | None:
    if parent_id is None:
        return None
    parent = _locked(parent_id)  # held, so that it does not become second-level meanwhile
    if parent.parent_id is not None:
        raise CategoryTooDeep
    return parent


def _save(category: Category) -> None:
    category.name = one_line(category.name)
    if not 0 < len(category.name) <= 20:
        raise ProductInvalid(fields={"name": "名称 1–20 个字"})
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError:
        raise CategoryNameTaken(name=category.name) from None


def _facts(category: Category) -> dict[str, object]:
    return {name: getattr(category, name) for name in ("name", "icon", "position", "visible", "parent_id")}
