"""Questions of analytics that answer with persons, and so may stand in a rule: kind -> how to read one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fangcun.insight.analytics.asking import Question
from fangcun.insight.analytics.funnels.dropped import DroppedQuestion

# Each reads a question from its address. Raises QuestionInvalid.
LISTS: dict[str, Callable[[str], Question[Sequence[int]]]] = {DroppedQuestion.kind: DroppedQuestion.at}
