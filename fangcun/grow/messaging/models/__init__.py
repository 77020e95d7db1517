"""Messages to customers: what they agreed to, what they are told and when, and how the telling went."""

from fangcun.grow.messaging.models.consents import AskingPlan, Grant, Moment, Purpose, Template
from fangcun.grow.messaging.models.reaching import Pace, Preference, Touch
from fangcun.grow.messaging.models.telling import Delivery, Message
from fangcun.grow.messaging.models.texts import Text, TextProvider, TextSettings, TextTemplate

__all__ = [
    "AskingPlan", "Delivery", "Grant", "Message", "Moment", "Pace", "Preference", "Purpose", "Template", "Text",
    "TextProvider", "TextSettings", "TextTemplate", "Touch",
]  # fmt: skip
