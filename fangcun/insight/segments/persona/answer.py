"""What a persona says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fangcun.insight.analytics.spans import Span


@dataclass(frozen=True, slots=True)
class Slice:
    """Persons of the segment with one value, their share of those who were active, and that of everybody active.

    `count` is how many events there were, 0 where it means nothing.
    """

    value: str
    label: str
    persons: int
    share: float | None
    share_all: float | None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Bought:
    """A category or product that persons of the segment paid for. Amount in fen, at the price of the line."""

    value: str
    label: str
    persons: int
    quantity: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Worth:
    """Payments within the span: by so many buyers of so many active persons. Amounts in fen, refunds not deducted."""

    persons: int
    buyers: int
    orders: int
    amount_fen: int

    @property
    def per_order_fen(self) -> float | None:
        return self.amount_fen / self.orders if self.orders else None

    @property
    def per_buyer_fen(self) -> float | None:
        return self.amount_fen / self.buyers if self.buyers else None

    @property
    def per_person_fen(self) -> float | None:
        return self.amount_fen / self.persons if self.persons else None


@dataclass(frozen=True, slots=True)
class Lift:
    """Something that persons of the segment do more often than everybody.

    An event, or an event with one value of a property. Persons and shares are of those who were
    active. `lift` is the segment's share ÷ everybody's; it is surely more than `low`.
    """

    kind: str
    event: str
    prop: str
    value: str
    label: str
    persons: int
    share: float
    persons_all: int
    share_all: float
    lift: float
    low: float


@dataclass(frozen=True, slots=True)
class Persona:
    """A segment at a glance. `size` is of now; what people did is of the span, of those active within it."""

    segment_id: int
    name: str
    span: Span
    size: int
    everybody: int
    trend: tuple[tuple[dt.date, int], ...]
    active: int
    active_all: int
    hours: tuple[int, ...]
    weekdays: tuple[int, ...]
    scenes: tuple[Slice, ...]
    channels: tuple[Slice, ...]
    campaigns: tuple[Slice, ...]
    sources: tuple[Slice, ...]
    pages: tuple[Slice, ...]
    events: tuple[Slice, ...]
    categories: tuple[Bought, ...]
    products: tuple[Bought, ...]
    worth: Worth
    worth_all: Worth
    stages: tuple[Slice, ...]
    rfm: tuple[Slice, ...]
    lifts: tuple[Lift, ...]

    @property
    def share(self) -> float | None:
        """How much of everybody the segment is."""
        return self.size / self.everybody if self.everybody else None
