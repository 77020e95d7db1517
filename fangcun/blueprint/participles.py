"""Whether an English word is a past participle, so that an event's name says what has happened."""

from __future__ import annotations

# Participles that do not end in -ed.
_IRREGULAR = """
arisen awoken been borne born beaten become befallen begotten begun beheld bent beset bet bid bidden bound
bitten bled blown broken bred brought broadcast built burnt burst bought cast caught chosen clung come cost
crept cut dealt done dived downcast drawn dreamt driven drunk dug dwelt eaten fallen fed felt fought found
fit fled flung flown forbidden forecast foregone foreseen foretold forgiven forgotten forgone forsaken
frozen gotten got given gone ground grown hung had heard hewn hidden hit held hurt input inset interwoven
kept knelt knit known laid led leant leapt learnt left lent let lain lit lost made meant met mistaken
misread misunderstood mown offset outbid outdone outgrown output outrun outsold overcome overdone overdrawn
overheard overlaid overridden overrun overseen oversold overtaken overthrown overwritten paid partaken
prepaid proven put quit read rebuilt recast redone redrawn reheard remade rent repaid reread rerun resent
resold reset retaken rethought retold rewound rewritten rid ridden rung risen run sawn said seen sought sold
sent set sewn shaken shaven shorn shed shone shot shown shrunk shut sung sunk sat slain slept slid slit
smelt sown spoken sped spelt spent spilt spun spat split spoilt spread sprung stood stolen stuck stung stunk
stridden struck strung striven sublet sunburnt sworn swept swollen swum swung taken taught torn told thought
thrived thrown thrust trodden unbound underbid undergone understood undertaken undone unfrozen unpaid unsent
unset unsold unwound upheld upset woken worn woven wed wept wet won wound withdrawn withheld withstood wrung
written
"""
# Words that only look like one.
_NOT = """
bed bleed breed creed deed exceed embed feed greed heed hundred indeed kindred linseed moped naked need
newsfeed proceed red reed sacred seed shred sled speed steed succeed supersede ted tweed watershed weed
wicked wretched zed infrared biped quadruped hatred id
"""

IRREGULAR = frozenset(_IRREGULAR.split())
NO_PARTICIPLES = frozenset(_NOT.split())


def is_participle(word: str) -> bool:
    """Whether a lower-case word may end an event's name: a regular participle in -ed, or a known irregular one."""
    return word in IRREGULAR or (len(word) > 3 and word.endswith("ed") and word not in NO_PARTICIPLES)
