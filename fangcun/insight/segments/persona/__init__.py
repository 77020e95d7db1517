"""What a segment is like, and what sets it apart from everybody."""

from fangcun.insight.segments.persona.answer import Bought, Lift, Persona, Slice, Worth
from fangcun.insight.segments.persona.question import PersonaQuestion, persona

__all__ = ["Bought", "Lift", "Persona", "PersonaQuestion", "Slice", "Worth", "persona"]
