"""One instance as its player meets it: keys, pedals, controllers and program changes.

They reach the ``steps``, where they become notes on the grid; the ``requests`` are what the engine is asked for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from descant_daemon.controls.feedback import Feedback
from descant_daemon.controls.surface import Surface
from descant_daemon.effect.cables.outbox import Outbox, Outlet
from descant_daemon.effect.common import Common
from descant_daemon.effect.grid import check_steps
from descant_daemon.effect.input.chord_memory import ChordMemory
from descant_daemon.effect.input.held_keys import HeldOnGrid
from descant_daemon.effect.input.key_buttons import ButtonActions
from descant_daemon.effect.input.program_changes import Programs
from descant_daemon.effect.modes import mode_of
from descant_daemon.effect.part_transport import PartTransport
from descant_daemon.effect.performer import Performer
from descant_daemon.effect.playhead import Playhead
from descant_daemon.effect.step_acts import StepActs
from descant_daemon.effect.steps import Steps
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, Program
from descant_routing.ledger import Ledger
from descant_routing.mpe import Zones

LANES = 16  # of an input: its channels


class Part:
    """Driven by ``Effect``, which sees to it that time only goes forward.

    A lane is a channel of an input: keys of several inputs never meet.
    """

    def __init__(
        self,
        common: Common,
        instance: Instance,
        number: int,
        offset: int,
        ledger: Ledger,
        outbox: Outbox,
    ) -> None:
        """``number``: by which the engine knows it. ``offset``: ns by which it plays later, beside what all do.

        Raises UsageError when a program asks for what its model cannot do, or its steps fit no clock.
        """
        check_instance(instance)
        self.instance = instance
        self.number = number
        self.chords = ChordMemory()
        self.programs = Programs(instance)
        program = self.programs.current
        self.feedback: Feedback | None = None
        """Where values are sent back, if they are."""
        self._shown: Program | None = None  # whose values are being told
        self._actions = ButtonActions()
        self._surface = Surface(program.bindings, program.model.abilities)
        self._held = HeldOnGrid(program.model.pitches)
        self._counts = common.counts
        self._inputs = _inputs(instance)
        self._outlet = Outlet(outbox, instance.output)
        self._performer = Performer(number, program, ledger, self._outlet, common.counts)
        self.playhead = Playhead(common, offset, self.programs, self._surface)
        self.acts = StepActs(common, number, program, self.playhead, self._held, self._performer)
        self.steps = Steps(common, self.playhead, self._held, self._performer, self.acts)
        self.transport = PartTransport(common.clock, self.playhead, self._held, self.acts, self.steps)
        self.requests = self.acts.requests

    @property
    def parameters(self) -> Parameters:
        """As they are now."""
        return self.playhead.parameters

    # -- whom it hears -------------------------------------------------------------------------------

    def answers(self, port: str, channel: int, key: int | None = None) -> bool:
        """Whether what comes there is its player's."""
        return self.instance.hears.hear(port, channel, key, finger=channel in self._performer.zones.members)

    def hears(self, port: str, channel: int, key: int | None = None) -> bool:
        """Whether what comes there is heard at all: its player's, or another's that it listens to."""
        return self.answers(port, channel, key) or any(
            ears.hear(port, channel, key) for ears in self.instance.listens
        )

    def heed_zones(self, zones: Zones) -> None:
        """Its input is an MPE keyboard: where a channel is one finger, Descant's are not on it, or it bends them.

        An instance for a few channels plays with those fingers, by its own choice.
        """
        if zones.members <= self.instance.hears.channels:
            self._performer.zones = zones

    def rewire(self, instance: Instance, ledger: Ledger, outbox: Outbox, now: int) -> None:
        """Another rig tells Descant otherwise; keys that are heard no more end. ``instance`` has been checked."""
        labels = list(self._inputs)
        self.instance, self._inputs = instance, _inputs(instance, labels)
        deaf = {
            lane
            for lane, key in self._held.keys.held()
            if not self.hears([*self._inputs][lane // LANES], lane % LANES, key)
        }
        self.steps.keys_up(self._held.keys.clear(deaf, now), now)
        if instance.output != self._outlet.port:
            self._outlet = Outlet(outbox, instance.output)
            self.acts.hush(now)  # what sounds ends on the old one
            self._performer.move_to(ledger, self._outlet)
        if not self.programs.replace(
            instance
        ):  # what plays has changed, and begins anew at the next boundary
            self.transport.choose_now(now)

    def can_play_in(self, metre: Metre) -> bool:
        """Whether a bar is a whole number of its steps, in every program."""
        return all(
            not 4 * metre.beats * each.model.steps_per_beat % metre.unit for each in self.instance.programs
        )

    # -- keys ----------------------------------------------------------------------------------------

    @property
    def held(self) -> set[int]:
        """The player's keys."""
        return {key for _, key in self._held.keys.held()}

    def key_down(self, port: str, channel: int, key: int, velocity: int, now: int) -> None:
        """The player strikes a key, or somebody whom Descant listens to."""
        lane = self._lane(port, channel)
        ended = self._held.keys.press(lane, key, velocity, now)
        self.steps.keys_up(ended, now)
        self._performer.articulation.press(now)
        if key not in self._held.pitches:
            self._counts.outside += 1

    def key_heard(self, port: str, channel: int, key: int, now: int) -> None:
        """The clock knows of the key by now."""
        self.steps.strike(self._lane(port, channel), key, now)

    def key_up(self, port: str, channel: int, key: int, now: int) -> None:
        """The player lets a key go."""
        lane = self._lane(port, channel)
        if self._held.keys.lift(lane, key):
            self.steps.keys_up([(lane, key)], now)

    def pedal(self, port: str, channel: int, controller: int, value: int, now: int) -> None:
        """The sustain or the sostenuto pedal moves, or all are reset."""
        self.steps.keys_up(self._held.keys.pedal(self._lane(port, channel), controller, value), now)

    def end_keys(self, port: str, channels: Iterable[int], now: int) -> None:
        """What is held on these channels of an input ends; their pedals stay as they are."""
        self.steps.keys_up(self._held.keys.clear(self._lanes(port, channels), now), now)

    def leave_keys(self, port: str, now: int) -> None:
        """The song stops: keys that are down may stay so for ever, and are given no more; a latch holds on.

        Off the grid they are answered as before, until the song goes on.
        """
        lanes, hold = self._lanes(port, range(LANES)), self.playhead.off_grid
        self.steps.keys_up(self._held.keys.leave(lanes, now, hold=hold), now)

    def resume_keys(self, now: int, *, keep: bool) -> None:
        """The song goes on: keys that were left at its stop are held as before (``keep``), or nobody's."""
        self.steps.keys_up(self._held.keys.resume(keep=keep), now)

    def desert(self, port: str, now: int) -> None:
        """Nobody is at an input any more: keys end, pedals come up."""
        self.end_keys(port, range(LANES), now)
        self._held.keys.rest_pedals(self._lanes(port, range(LANES)))

    def end_notes(self, port: str, channels: Iterable[int], now: int) -> None:
        """The player's keys on these channels end, and all of Descant's notes; the song goes on with the next step."""
        self.acts.hush(now)
        self.end_keys(port, channels, now)

    def end_everything(self, now: int) -> None:
        """Every key and every note ends; the song goes on with the next step."""
        self.acts.hush(now)
        self.chords.forget()
        self.steps.keys_up(self._held.keys.clear(None, now), now)
        self._held.keys.rest_pedals(None)

    def _lanes(self, port: str, channels: Iterable[int]) -> set[int]:
        return {self._lane(port, channel) for channel in channels} if port in self._inputs else set()

    def _lane(self, port: str, channel: int) -> int:
        return self._inputs[port] * LANES + channel

    # -- Descant's notes -------------------------------------------------------------------------------------

    @property
    def sounding(self) -> frozenset[int]:
        """Descant's keys that sound."""
        return self._performer.voice.sounding

    def sounds_on(self, port: str, channel: int) -> bool:
        """Whether a note of ours sounds there."""
        return port == self.instance.output and self._performer.voice.sounds_on(channel)

    def mute(self, muted: bool) -> None:
        """Whether no note of ours may begin; those that sound end in their time."""
        self._performer.voice.muted = muted

    def forget_notes(self) -> None:
        """The ledger has closed Descant's notes by itself."""
        self._performer.voice.forget()

    # -- controllers and programs ----------------------------------------------------------------------

    def control(self, channel: int, number: int, value: int, now: int) -> str | None:
        """A controller moves: the action that is to be done, if it is none of an instance's."""
        turned = self._surface.turn(channel, number, value, self.parameters)
        if turned.parameters is not self.parameters:
            self.change(turned.parameters, now)
        if turned.heard.source is not None and self.feedback is not None:
            self.feedback.moved(turned.heard.source, turned.heard.position, now)
        return None if turned.action is None or self.act(turned.action, now) else turned.action

    def action_of(self, key: int) -> str | None:
        """What a key does as a button; None where it is none."""
        return self._surface.action_of(key)

    def press(self, key: int, now: int) -> str | None:
        """A key that is a button is pressed: the action that is to be done, if it is none of an instance's."""
        action = self.action_of(key)
        return None if action is None or self.act(action, now) else action

    def act(self, action: str, now: int) -> bool:
        """An action of the table is done; False where it is none of an instance's."""
        parameters = self._actions.values(action, self.parameters, self.programs.current)
        if parameters is not None:
            self.change(parameters, now)
        return parameters is not None

    def check(self, values: Mapping[str, object]) -> None:
        """Raises UsageError where these values cannot be set."""
        self.programs.current.model.check(self.parameters.with_values(values))

    def set(self, values: Mapping[str, object], now: int) -> None:
        """Somebody without a knob wants these values, which have been checked; what is smooth glides there."""
        self.change(self._surface.set(values, self.parameters), now)

    def change(self, parameters: Parameters, now: int) -> None:
        """From here on Descant plays so."""
        self.chords.switch(parameters.chord_memory, self.held)
        self.transport.change(parameters, now)

    def program_change(self, number: int, now: int) -> None:
        """Another program, at the next boundary; a number that there is not changes nothing."""
        if self.programs.choose(number):
            self.transport.choose_now(now)
        else:
            self._counts.no_program += 1

    def send_values(self, wanted: bool) -> None:
        """Whether motor faders and lights are told; all of them at first."""
        program, channels = self.programs.current, self.instance.hears.channels
        self._shown = program
        self.feedback = (
            Feedback(program.bindings, min(channels, default=0), program.model.abilities) if wanted else None
        )

    def values_back(self, now: int) -> Sequence[bytes]:
        """What motor faders and lights are to be told."""
        if self.feedback is None:
            return ()
        program = self.programs.current
        if program is not self._shown:
            self._shown = program
            self.feedback.rebind(program.bindings, program.model.abilities)
        button = mode_of(self.parameters).button
        lit = () if button is None else (button,)
        return self.feedback.messages(self._surface.aimed(self.parameters), now, lit)


def check_instance(instance: Instance) -> None:
    """Raises UsageError for what its model cannot do, or for steps that MIDI clock's 24 ticks a beat do not make,
    or of which a bar is not a whole number.
    """
    for program in instance.programs:
        check_steps(program.model.steps_per_beat)
        program.model.check(program.parameters)


def _inputs(instance: Instance, known: Sequence[str] = ()) -> Mapping[str, int]:
    """The inputs that are heard by number; those that are ``known`` keep theirs."""
    labels = dict.fromkeys([*known, *(ears.input for ears in (instance.hears, *instance.listens))])
    return {label: number for number, label in enumerate(labels)}
