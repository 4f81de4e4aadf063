"""What the holder of a link filled in, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from plp_api.foundation import db, texts
from plp_api.foundation.links.page import Wrong
from plp_api.learning.attestations import seen
from plp_api.learning.attestations.use import (
    Bearing,
    OnAgreement,
    OnConcern,
    OnEntry,
    OnHabits,
    Said,
)
from plp_api.learning.attestations.waiting import (
    ConcernKind,
    HabitLevel,
    LogEntry,
    Waiting,
    WorkHabit,
)
from plp_api.learning.attestations.words import Words, minutes_of

LONGEST_NAME, LONGEST_WORDS = 200, 2000
SIGN = "sign"


@dataclass
class Form:
    """A submitted form over what waits; reading it collects what is wrong.

    It reads no answer to what its page did not show (see `seen`).
    """

    fields: Mapping[str, str]
    said: Words
    wrong: list[Wrong] = field(default_factory=list)

    def read(self, found: list[Waiting], bearing: Bearing, *, is_enough: bool = False) -> Said:
        """All that the holder says of what waits. It counts only if nothing is wrong.

        `is_enough` says that they may say nothing of it: they say something else.
        """
        entries = [one for each in found for one in self._entries(each)]
        habits = [one for each in found for one in self._habits(each)]
        signed = [one for each in found if bearing.may_sign for one in self._agreement(each)]
        name = self._name(any(not one.is_declined for one in signed))
        said = Said(name, entries, habits, signed, seen.left(self.fields, found))
        if not said.is_anything and not self.wrong and not is_enough:
            self._refuse("mark", "wrong_changed" if said.left else "wrong_nothing")
        if said.is_anything and self.fields.get("attest") != "yes":
            self._refuse("attest", "wrong_attest")
        return said

    def _entries(self, waiting: Waiting) -> Iterator[OnEntry]:
        shown = (entry for entry in waiting.entries if seen.has_entry(self.fields, entry))
        for entry in shown:
            chosen = seen.choice(self.fields, waiting.elo.id, entry.id)
            words = self._words(f"words-{entry.id}")
            if chosen == seen.RIGHT:
                yield OnEntry(entry, words=words)
            elif chosen == seen.CORRECT:
                yield from self._corrected(entry, words)
            elif chosen == seen.DECLINE:
                if not words:
                    self._refuse(f"words-{entry.id}", "wrong_reason")
                yield OnEntry(entry, words=words, is_declined=True)

    def _corrected(self, entry: LogEntry, words: str) -> Iterator[OnEntry]:
        minutes = minutes_of(self.fields.get(f"hours-{entry.id}", ""))
        if minutes is None:
            self._refuse(f"hours-{entry.id}", "wrong_hours")
        else:
            yield OnEntry(entry, minutes, words)

    def _habits(self, waiting: Waiting) -> Iterator[OnHabits]:
        elo, moment = waiting.elo, waiting.moment
        if moment is None or not seen.has_moment(self.fields, waiting):
            return
        chosen = {str(one): self.fields.get(f"habit-{elo.id}-{one}", "") for one in WorkHabit}
        levels = {habit: level for habit, level in chosen.items() if level in {*HabitLevel}}
        words = self._words(f"habit-words-{elo.id}")
        if levels:
            yield OnHabits(elo, moment, levels, words)
        elif words:
            self._refuse(f"habit-{elo.id}-{next(iter(WorkHabit))}", "wrong_habits")

    def _agreement(self, waiting: Waiting) -> Iterator[OnAgreement]:
        elo, agreement = waiting.elo, waiting.agreement
        if agreement is None:
            return
        chosen, words = self.fields.get(f"sign-{elo.id}"), self._words(f"sign-words-{elo.id}")
        if chosen not in (SIGN, seen.DECLINE):
            return
        sha256 = self.fields.get(f"agreement-{elo.id}", "")
        if sha256 != agreement.sha256:
            self._refuse(f"sign-{elo.id}", "wrong_agreement")
        if chosen == seen.DECLINE and not words:
            self._refuse(f"sign-words-{elo.id}", "wrong_reason")
        yield OnAgreement(agreement, sha256, words, is_declined=chosen == seen.DECLINE)

    def _name(self, is_needed: bool) -> str:
        name = self._text("name", LONGEST_NAME)
        if is_needed and not name:
            self._refuse("name", "wrong_name")
        return name

    def concern(self, bearing: Bearing, *, is_needed: bool = False) -> OnConcern | None:
        """The concern, if there is one; where one `is_needed`, its absence is wrong."""
        before = len(self.wrong)
        words = self._words("concern")
        if not words or len(self.wrong) > before:
            if is_needed and len(self.wrong) == before:
                self._refuse("concern", "wrong_concern")
            return None
        about, kind = self.fields.get("about", ""), self.fields.get("kind", "")
        elo = next((one for one in bearing.elos if str(one.id) == about), None)
        if elo is None or kind not in {*ConcernKind}:
            self._refuse("about", "wrong_about")
        elif not bearing.may_worry:
            self._refuse("concern", "wrong_concerns")
        else:
            return OnConcern(elo, kind, words)
        return None

    def _words(self, name: str) -> str:
        return self._text(name, LONGEST_WORDS)

    def _text(self, name: str, longest: int) -> str:
        typed = self.fields.get(name, "")
        if not typed.strip():
            return ""
        text = texts.normal(typed) if db.storable(typed) else ""
        fault = texts.fault_of(text, has_lines=longest > texts.LONGEST_LINE)
        if fault is None and len(text) <= longest:
            return text
        self.wrong.append(Wrong(name, self.said("wrong_text", longest=longest)))
        return ""

    def _refuse(self, name: str, key: str) -> None:
        self.wrong.append(Wrong(name, self.said(key)))
