"""Several instances on one cable: each hears its channels, answers on its own, and knows nothing of the others."""

from __future__ import annotations

from tests.effect.stage import BEGIN, CLOCK, MS, START, TICK, Stage, by_melody, keys_of, state

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import Capture
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.note_state import PIANO
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Instance, Program, Rig
from descant_daemon.settings.source import ButtonKey
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.timed import Timed

CHORDS = by_melody({72: (60, 64), 74: (62, 65)})


class Cable:
    """An effect with three tracks, each an octave lower than the one before, answered at once."""

    def __init__(self) -> None:
        tracks = [
            Instance((Program(Parameters(channel=channel + 1)),), Ears(channels=frozenset({channel})))
            for channel in range(3)
        ]
        self.effect = Effect(Rig(tuple(tracks)), MidiClock())
        self.asked: list[Ask] = []
        self.sent: list[tuple[float, bytes]] = []

    def at(self, ms: float, *messages: bytes) -> None:
        now = BEGIN + round(ms * MS)
        self.effect.advance(now)
        self.settle()
        for data in messages:
            self.effect.feed(Timed(now, data))
            self.settle()
        self.effect.advance(now + 1)
        self.settle()

    def settle(self) -> None:
        for ask in self.effect.asks():
            self.asked.append(ask)
            struck, held = CHORDS(ask)
            lower = 12 * ask.instance
            ours = state(PIANO, [key - lower for key in struck], [key - lower for key in held])
            self.effect.take(Answer(ask.serial, ask.step, ours, ask.instance))
        self.sent += [(round((at - BEGIN) / MS), data) for at, data, _ in self.effect.messages()]

    def roll(self, begin: int, end: int) -> None:
        for tick in range(begin, end):
            self.at(tick * TICK / MS, CLOCK)

    def ours(self) -> list[tuple[float, int, int]]:
        return [
            (ms, data[0] & 15, data[1]) for ms, data in self.sent if message.is_note_on(data) and data[1] < 72
        ]


def test_a_key_is_answered_by_who_hears_its_channel_alone() -> None:
    cable = Cable()
    cable.at(-5, message.note_on(1, 72, 90))
    cable.at(-1, START)
    cable.roll(0, 6)
    assert cable.ours() == [(0, 1, 48), (0, 1, 52)]
    assert {ask.instance for ask in cable.asked if ask.given.any()} == {1}


def test_all_go_by_the_same_clock_and_strike_on_the_same_tick() -> None:
    cable = Cable()
    cable.at(-5, *(message.note_on(channel, 72, 90) for channel in range(3)))
    cable.at(-1, START)
    cable.roll(0, 6)
    assert cable.ours() == [(0, channel, key - 12 * channel) for channel in range(3) for key in (60, 64)]


def test_a_controller_moves_its_own_instance() -> None:
    cable = Cable()
    cable.effect.parts[2].change(cable.effect.parts[2].parameters.with_values({"voices": 3}), 0)
    assert [part.parameters.voices for part in cable.effect.parts] == [4, 4, 3]


def test_thru_that_is_off_on_one_channel_lets_the_others_pass() -> None:
    cable = Cable()
    cable.at(0, message.note_on(0, 80, 90), message.note_on(1, 81, 90))
    cable.effect.parts[0].change(cable.effect.parts[0].parameters.with_values({"thru": False}), 0)
    cable.at(10, message.note_on(0, 82, 90), message.note_on(1, 83, 90))
    dry = [
        (data[0] & 0xF0, data[0] & 15, data[1]) for _, data in cable.sent if data[0] < 0xF0 and data[1] >= 80
    ]
    assert (0x80, 0, 80) in dry, "what passed before ends"
    assert (0x90, 0, 82) not in dry
    assert (0x90, 1, 83) in dry
    assert (0x80, 1, 81) not in dry


def test_all_notes_off_on_one_channel_leaves_the_others_sounding() -> None:
    cable = Cable()
    cable.at(-5, *(message.note_on(channel, 72, 90) for channel in range(3)))
    cable.at(-1, START)
    cable.roll(0, 3)
    cable.at(70, message.control_change(1, 123, 0))
    assert [sorted(part.sounding) for part in cable.effect.parts] == [[60, 64], [], [36, 40]]
    assert cable.effect.held == [72]


def test_each_instance_is_asked_as_itself() -> None:
    cable = Cable()
    cable.at(-1, START)
    cable.roll(0, 24)
    by_instance = [[ask.step for ask in cable.asked if ask.instance == each] for each in range(3)]
    assert by_instance[0] == by_instance[1] == by_instance[2]
    assert not any(keys_of(ask.given) for ask in cable.asked)


def test_our_notes_are_on_no_channel_that_is_one_finger_of_an_mpe_keyboard() -> None:
    """Catches a harmony that is bent with the second finger."""
    stage = Stage(by_melody({72: (64, 60)}))
    stage.roll(32)
    stage.at(-100, *(message.control_change(0, *said) for said in ((101, 0), (100, 6), (6, 15))))
    stage.key(72, 0, 900, channel=1)
    stage.at(300, message.pitch_bend(1, 4000))
    stage.run(1500)
    ours = {note.split(":")[0] for _, note in stage.wire if note[2:] in ("+64", "+60")}
    assert ours == {"1"}
    assert stage.effect.parts[0].acts.channel == 0
    bends = [data for _, data, _ in stage.backend.sent if data[0] == 0xE1]
    assert bends == [message.pitch_bend(1, 4000)], "the finger's own bend passes as ever"


def test_an_mpe_keyboard_that_never_says_so_is_known_by_its_fingers() -> None:
    stage = Stage(by_melody({72: (64,), 76: (67,)}))
    stage.roll(32)
    stage.key(72, 0, 900, channel=1)
    stage.key(74, 0, 900, channel=2)
    stage.at(100, message.pitch_bend(1, 900), message.pitch_bend(2, -900))
    stage.key(76, 1000, 1400, channel=3)
    stage.run(1600)
    assert [(ms, note) for ms, note in stage.wire if note[1:] == ":+67"] == [(1000, "1:+67")]
    assert "2:-64" in [note for _, note in stage.wire], "what sounds ends where it began"


def test_instances_that_hear_a_channel_each_stay_on_theirs() -> None:
    """Sixteen tracks that bend are no MPE keyboard."""
    stage = Stage(by_melody({72: (64,)}))
    tracks = [
        Instance(
            (Program(Parameters(channel=number + 1)),), Ears(channels=frozenset({number})), name=str(number)
        )
        for number in range(1, 4)
    ]
    stage.effect.rewire(Rig(tuple(tracks)), stage.backend.now())
    stage.key(60, -500, 900, channel=1)
    stage.key(62, -500, 900, channel=2)
    stage.at(-400, message.pitch_bend(1, 900), message.pitch_bend(2, -900))
    stage.run(-300)
    assert [part.acts.channel for part in stage.effect.parts] == [1, 2, 3]


def test_drums_pass_unanswered_unless_they_are_asked_for_or_are_fingers() -> None:
    """Channel 10: a kit harmonised as a melody, or the ninth finger of an MPE keyboard that is not."""
    zone = [message.control_change(0, *said) for said in ((101, 0), (100, 6), (6, 15))]
    for ears, said, thru, heard in (
        (Ears(), [], True, False),
        (Ears(), [], False, False),
        (Ears(drums=True), [], True, True),
        (Ears(), zone, True, True),
    ):
        effect = Effect(Rig((Instance((Program(Parameters(thru=thru)),), ears),)), MidiClock())
        for number, data in enumerate([*said, message.note_on(9, 72, 90)]):
            effect.advance(BEGIN + number)
            effect.feed(Timed(BEGIN + number, data))
        assert effect.held == ([72] if heard else [])
        sent = [data for _, data, _ in effect.messages()]
        assert (message.note_on(9, 72, 90) in sent) == thru


def test_a_pad_on_channel_10_is_a_button_all_the_same() -> None:
    program = Program(Parameters(), bindings=Bindings({ButtonKey(36): "capture"}))
    effect = Effect(Rig((Instance((program,)),)), MidiClock())
    effect.advance(BEGIN)
    effect.feed(Timed(BEGIN, message.note_on(9, 36, 90)))
    assert effect.wishes == [Capture()]
