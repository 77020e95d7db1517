"""Rules: who belongs to a segment, as a document of conditions that people write by clicking."""

from fangcun.insight.segments.rules.asking import RuleQuestion
from fangcun.insight.segments.rules.document import segments_in
from fangcun.insight.segments.rules.reading import read_rule
from fangcun.insight.segments.rules.wording import sentence

__all__ = ["RuleQuestion", "read_rule", "segments_in", "sentence"]
