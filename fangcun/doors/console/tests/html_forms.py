"""What a browser would post from a form: read from the page's HTML, so that tests type into it as people do."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.urls import reverse

from fangcun.plan.revisions.models import Draft


class Form(HTMLParser):
    """The inputs of the form with this id."""

    def __init__(self, html: str, form_id: str = "edit-form") -> None:
        super().__init__()
        self.form_id, self.inside, self.in_template = form_id, False, False
        self.action = ""
        self.body: dict[str, Any] = {}
        self._select = self._area = ""
        self._text: list[str] = []
        self.feed(html)
        assert self.action or self.body, f"no form {form_id}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
            self.action = given.get("action", "") if self.inside else self.action
        if tag == "template":
            self.in_template = True
        if not self.inside or self.in_template:
            return
        name = given.get("name", "")
        if tag == "input" and name:
            if given.get("type") in ("checkbox", "radio"):
                if "checked" in given:
                    self._add(name, given.get("value", "on"))
            else:
                self._add(name, given.get("value", ""))
        elif tag == "select":
            self._select = name
            self.body.setdefault(name, "")
        elif tag == "option" and self._select and "selected" in given:
            self.body[self._select] = given["value"]
        elif tag == "textarea":
            self._area, self._text = name, []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.in_template = False
        elif tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            text = "".join(self._text).removeprefix("\n")
            self._add(self._area, text.replace("\n", "\r\n"))
            self._area = ""

    def _add(self, name: str, value: str) -> None:
        if name in self.body:
            before = self.body[name]
            self.body[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            self.body[name] = value


def address(draft: Draft, path: str, **query: str) -> str:
    return reverse("admin:plan_edit_form", args=[draft.pk], query={"path": path, **query})


def form_at(browser: Any, draft: Draft, path: str, **query: str) -> Form:
    answer = browser.get(address(draft, path, **query))
    assert answer.status_code == 200
    return Form(answer.content.decode())


def fill(browser: Any, draft: Draft, path: str, typed: dict[str, Any], **query: str) -> Any:
    """Open a form, type, and post it as a browser would."""
    form = form_at(browser, draft, path, **query)
    return browser.post(form.action, {**form.body, **typed})


def text_of(draft: Draft) -> str:
    return Draft.objects.get(pk=draft.pk).text
