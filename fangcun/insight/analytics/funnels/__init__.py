"""Funnels: how many of those who began went how far along some steps, and how long it took them.

What exactly is counted
-----------------------
A *unit* is a person, or a value of the property `key` whoever caused the events; events of nobody, and those without
the property, belong to no unit. An *attempt* is a row of different events of one unit, one for each step in turn.

* It starts at any event of the first step in [from, to). Later steps may follow until to + window, and all lie within
  the window from the start, its last millisecond included.
* "ordered": each step happens at or after the one before it. Events of one millisecond may be taken in any order.
  "strict": each step happens later than the one before it.
* One event serves one step, also where it fits several (A → A → B takes two A). If events of one millisecond fit
  several steps each, they are shared out so that the attempt gets as far as it can.
* A unit counts for every step up to the level of its deepest attempt. Times, the value for a breakdown and the day for
  a trend come from one attempt: the deepest; of several the one completed first; then the one that started last; then
  the one with the earliest second step, third step and so on. So a unit is in one group and on one day only.
* The value for a breakdown is that of the start. If several events of the first step happened in its millisecond, it
  is that of the first by name, then by id.
* `first_touch`: only the first event of the first step in [from, to) starts an attempt.

Optional steps may be skipped, the first may not be one. They neither deepen an attempt nor decide which is chosen.
The chosen attempt did an optional step if an event of it, that serves no other step, lies between the required steps
around it (after the last one reached: within the window). Of several optional steps the first listed takes its earliest
event first; they need not be in order among themselves. Steps after it are measured from the last required step.

Excluded steps lie between two required ones, i and i + 1 (optional steps there make no difference). Step i + 1 can't
follow step i if the excluded event happens between them: later than i and sooner than i + 1. In the same millisecond
as one of them it is not between. The attempt is then no deeper than i, and its steps so far still count; another
attempt, from another start or by a later event of step i, may go further. An excluded event may itself be a step.

"unordered": an attempt starts at any event of any step in [from, to); its level is how many different steps were done
within the window from it, the start among them. Step k of the answer stands for "any k steps", its time for when the
k-th was done. With `first_touch` only the unit's first event of any step starts an attempt.

Refused: optional or excluded steps when unordered; steps that one event may fit both, when unordered, or ordered with
excluded steps; and more than six different steps that may want the same event, when ordered. Whether an event may fit
two steps is judged by their events and by conditions with "=" on one property.

Several forms say the same: `blocks` with `times`, and `unordered`, in SQL that every engine understands; `asof` where
there are ASOF joins and no event fits two steps; `arrays` for the plainest and commonest question.
"""
