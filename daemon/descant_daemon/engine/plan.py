"""What a step is shaped by beyond the model: form, rests, density and key."""

from __future__ import annotations

from typing import NamedTuple

FREE, CHROMATIC = "free", "chromatic"
ANYWHERE, BELOW, ABOVE = "anywhere", "below", "above"
FOLLOW_KEY = -1
MODES, MAJOR_MINOR = "modes", "major_minor"
AS_IT_IS, FILL, MOVE, ARPEGGIATE = "as_it_is", "fill", "move", "arpeggiate"


class Plan(NamedTuple):
    """The parameters of that name; see ``settings/parameters.py``. The default leaves the model alone.

    ``form``: ``free``, or a letter for each section of ``section`` bars. ``density_target``: onsets a bar,
    0 for none. ``key``: pitch class of the tonic, or ``FOLLOW_KEY``; ``key_pull``: how strongly Descant is led to it.
    ``beat``: steps in a beat as it is felt.
    ``answers``: rest where the player plays, and fill where he rests, however long he does. ``linger``: for how many
    steps to go on after his last key, resting when he rests. ``lead_in``: and for as many from where the song
    begins. ``bridge``: steps for which a key that was let go still counts as held. Without both, he need not play.
    ``chord``: pitch classes that are called for, as bits, C the lowest; ``chord_bass``: which is to be the lowest.
    ``over_chords``: what Descant does while the player holds a chord. ``key_hearing``: which keys there are to hear.
    """

    recall: float = 0.0
    form: str = FREE
    section: int = 8
    space: float = 0.0
    density_target: float = 0.0
    scale: str = CHROMATIC
    key: int = 0
    beat: int = 4
    answers: bool = False
    linger: int = 0
    lead_in: bool = False
    bridge: int = 0
    key_pull: float = 0.0
    chord: int = 0
    chord_bass: int = -1
    chord_pull: float = 1.0
    over_chords: str = AS_IT_IS
    key_hearing: str = MODES

    @property
    def neutral(self) -> bool:
        """Whether nothing is asked for."""
        asked = (
            self.recall
            or self.space
            or self.density_target
            or self.linger
            or self.bridge
            or self.key_pull
            or self.chord
        )
        return not asked and self.form == FREE and self.scale == CHROMATIC and self.over_chords == AS_IT_IS
