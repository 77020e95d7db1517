"""Goes through the matrix: every page on every phone, several phones at once."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from fangcun.doors.cli.plan.walk.browser import open_browser
from fangcun.doors.cli.suites.compat.devices import Device
from fangcun.doors.cli.suites.compat.handset import Handset, Packaged
from fangcun.doors.cli.suites.compat.problems import Sighting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_AT_ONCE = 2
PICTURES = "pictures"


class Matrix:
    """Phones to look at. `seen` hears of each page that was looked at, from whatever thread did."""

    def __init__(
        self,
        *,
        url: str,
        user: str,
        pages: Sequence[str],
        queries: Mapping[str, str],
        folder: Path,
        seen: Callable[[], None],
        package: str = "",
    ) -> None:
        self._url, self._user, self._pages, self._queries = url, user, pages, queries
        self._folder, self._seen, self._package = folder, seen, package
        self._stop = threading.Event()
        self._problems: list[Exception] = []
        self._found: dict[str, list[Sighting]] = {}
        (folder / PICTURES).mkdir(parents=True, exist_ok=True)

    def look(self, devices: Sequence[Device]) -> list[Sighting]:
        """Everything that is wrong, phone by phone. Raises what stopped a browser; Ctrl-C stops all and is raised."""
        waiting: queue.SimpleQueue[Device] = queue.SimpleQueue()
        for device in devices:
            waiting.put(device)

        def work() -> None:
            try:
                with open_browser(headed=False) as browser:
                    while not self._stop.is_set():
                        try:
                            device = waiting.get_nowait()
                        except queue.Empty:
                            return
                        self._found[device.id] = self._on(device, browser)
            except Exception as problem:  # told to who waits for all
                self._problems.append(problem)
                self._stop.set()

        number = max(1, min(MOST_AT_ONCE, os.cpu_count() or 1, len(devices)))
        threads = [threading.Thread(target=work, name=f"matrix-{n}") for n in range(number)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        if self._problems:
            raise self._problems[0]
        return [one for device in devices for one in self._found.get(device.id, [])]

    def _on(self, device: Device, browser: Browser) -> list[Sighting]:
        kind = Packaged if self._package else Handset
        phone = kind(browser, device, self._package or self._url, self._user)
        found: list[Sighting] = []
        try:
            phone.begin()
            for number, page in enumerate(self._pages):
                if self._stop.is_set():
                    break
                found += self._page(phone, device, page, is_first=number == 0)
                self._seen()
        finally:
            phone.close()
        return found

    def _page(self, phone: Handset, device: Device, page: str, *, is_first: bool) -> list[Sighting]:
        name = page.rpartition("/")[2]
        try:
            phone.open(page, self._queries.get(name, ""))
            sightings = phone.examine(page)
        except Error as error:
            first = str(error).strip().partition("\n")[0]
            return [Sighting("error", device.id, page, detail=f"页面打不开：{first}")]
        if sightings or is_first:
            where = "package-" if self._package else ""
            picture = f"{PICTURES}/{where}{device.id}-{name}.jpg"
            phone.picture(self._folder / picture)
            sightings = [replace(one, picture=picture) for one in sightings]
        if not self._package:
            return sightings
        return [replace(one, device=f"微信包 {device.id}") for one in sightings]
