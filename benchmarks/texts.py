"""Made-up messages: the same ones for the same seed, about as long as real ones."""

import random
from collections.abc import Sequence

PEOPLE = ("Ana", "Jonas", "Zoë", "Mehmet", "Priya", "Łukasz", "美咲", "the new colleague")
THINGS = (
    "the quarterly report",
    "our invoice import",
    "the kitchen renovation",
    "the onboarding e-mail",
    "a trip to Lisbon",
    "the nightly backup",
    "the support rota",
    "the lease contract",
    "a talk about databases",
    "the customer survey",
)
QUESTIONS = (
    "Can you summarise {thing} in a few lines?",
    "What did {person} and I agree on about {thing}?",
    "Please draft a reply to {person} about {thing}, friendly but short.",
    "Why did {thing} take {number} minutes longer than last week?",
    "Remind me what is still open for {thing}.",
    "Compare two ways of doing {thing} and tell me which one you would take.",
    "Translate the last paragraph about {thing} into German. 🙂",
)
DETAILS = (
    "{person} asked for it by Thursday.",
    "The last version had {number} open points and nobody knows which still matter.",
    "It should fit on one page, without a table.",
    "Budget is about {number} euros, not more.",
    "I have pasted the notes below; ignore the headings.",
    "We tried it once before and it fell apart at the end.",
)
ANSWERS = (
    "Here is what I found about {thing}: {number} items changed since {person} last looked at it.",
    "The short version is that {thing} is on track, with one risk that {person} should know about.",
    "For {thing} I would start with the part that blocks others, and leave the rest until later.",
    "{person} mentioned {number} reasons; only two of them still hold after the change.",
    "Nothing in the notes contradicts that, but the figure of {number} should be checked.",
    "If the deadline is fixed, cut the scope; if the scope is fixed, say so to {person} today.",
    "“Prüfen, dann senden” is the rule that was agreed, so I have not sent anything yet.",
)
RARE_WORD = "bergamot"
"""Stands in one question alone."""
FREQUENT_WORD = "deadline"
CODE = """```python
def total(rows: list[dict[str, int]]) -> int:
    return sum(row["amount"] for row in rows if row["amount"] > {number})
```"""


def make_questions(seed: int, count: int) -> list[str]:
    """Return users' messages: one to five sentences."""
    chance = random.Random(f"questions {seed}")
    questions = [
        " ".join(
            [_fill(chance, QUESTIONS)]
            + [_fill(chance, DETAILS) for _ in range(chance.choice((0, 0, 1, 2, 4)))]
        )
        for _ in range(count)
    ]
    questions[-1] += f" Leave out the {RARE_WORD}."
    return questions


def make_answers(seed: int, count: int) -> list[str]:
    """Return answers in Markdown: one to six paragraphs, some with a list or code."""
    chance = random.Random(f"answers {seed}")
    return [_make_answer(chance) for _ in range(count)]


def _make_answer(chance: random.Random) -> str:
    parts = [
        " ".join(_fill(chance, ANSWERS) for _ in range(chance.randint(1, 4)))
        for _ in range(chance.choice((1, 1, 2, 3, 4)))
    ]
    if chance.random() < 0.3:
        points = [f"- {_fill(chance, DETAILS)}" for _ in range(chance.randint(2, 5))]
        parts.insert(1, "\n".join(points))
    if chance.random() < 0.1:
        parts.append(CODE.format(number=chance.randint(2, 900)))
    return "\n\n".join(parts)


def _fill(chance: random.Random, patterns: Sequence[str]) -> str:
    return chance.choice(patterns).format(
        person=chance.choice(PEOPLE), thing=chance.choice(THINGS), number=chance.randint(2, 900)
    )
