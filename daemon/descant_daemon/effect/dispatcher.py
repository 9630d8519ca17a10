"""What a player's message is for: whose key or controller it is, whether it passes, which action it does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.input.key_buttons import KeyButtons
from descant_daemon.effect.part import Part
from descant_routing import message

_NO_KNOBS = message.NOTE_ENDING_CONTROLLERS | {message.SUSTAIN, message.RESET_CONTROLLERS}


class Dispatcher:
    """``parts`` is the effect's own list, in which parts come and go; ``patchbay``: the dry path.

    ``struck`` is told of the time when a key that is answered goes down; ``act`` does what is none of an instance's.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        patchbay: Patchbay,
        out: Outbox,
        struck: Callable[[int], None],
        act: Callable[[str, int], None],
    ) -> None:
        self._parts, self._patchbay, self._out = parts, patchbay, out
        self._struck, self._act = struck, act
        self._buttons = KeyButtons()

    def channel_message(self, data: bytes, port: str, now: int) -> None:
        """A key, a controller, a program change, a bend or a pressure."""
        channel = message.channel(data)
        key = data[1] if message.is_of_key(data) else None
        answerers = [part for part in self._parts if part.answers(port, channel, key)]
        if self._choose_program(data, answerers, now):
            return
        if key is not None:
            if not self._press(data, port, answerers, now):
                self._key(data, port, answerers, now)
            return
        self.pass_dry(data, port, all(part.parameters.thru for part in answerers), now)
        if message.is_control_change(data):
            self._control(data, port, answerers, now)

    def pass_dry(self, data: bytes, port: str, thru: bool, now: int) -> None:
        """The dry path. What ends the notes of a channel ends ours there too."""
        passes = thru or not self._patchbay.gated
        sent = self._patchbay.feed(data, port) if passes else self._patchbay.shut(port, data)
        self._out.send_each(now, sent)
        for sink, each in sent:
            if message.is_control_change(each) and each[1] in message.NOTE_ENDING_CONTROLLERS:
                for part in self._parts:
                    if part.sounds_on(sink, message.channel(each)):
                        part.end_notes(port, (), now)

    def shut(self, now: int) -> None:
        """Where ``thru`` has been switched off, what passed before ends."""
        for part in self._parts if self._patchbay.gated else ():
            if not part.parameters.thru:
                ears = part.instance.hears
                for channel in ears.channels:
                    self._out.send_each(now, self._patchbay.close(ears.input, channel))

    def _press(self, data: bytes, port: str, answerers: Sequence[Part], now: int) -> bool:
        """A key that is a button, wherever it lies, does its actions and goes no further."""
        channel, key = message.channel(data), data[1]
        pressed = [part for part in self._parts if part.answers(port, channel) and part.action_of(key)]
        if not self._buttons.takes(port, data, bound=bool(pressed)):
            return False
        if message.is_note_on(data):
            # It may be down as a note from before it was a button.
            self._key(message.note_off(channel, key), port, answerers, now)
            self._act_all({part.press(key, now) for part in pressed}, now)
        return True

    def _key(self, data: bytes, port: str, answerers: Sequence[Part], now: int) -> None:
        owners = answerers
        if (
            message.channel(data) == message.DRUMS and not answerers
        ):  # nobody's notes, and let through by whom it is
            owners = [part for part in self._parts if part.answers(port, message.DRUMS)]
        for each in answerers[0].chords.expand(data) if answerers else [data]:
            self.pass_dry(each, port, all(part.parameters.thru for part in owners), now)
            self._note(each, port, answerers, now)

    def _note(self, data: bytes, port: str, answerers: Sequence[Part], now: int) -> None:
        channel, key = message.channel(data), data[1]
        hearers = [part for part in self._parts if part.hears(port, channel, key)]
        if message.is_note_on(data):
            for part in hearers:
                part.key_down(port, channel, key, data[2], now)
            if answerers:
                self._struck(now)
            for part in hearers:
                part.key_heard(port, channel, key, now)
        elif message.is_note_off(data):
            for part in hearers:
                part.key_up(port, channel, key, now)

    def _control(self, data: bytes, port: str, answerers: Sequence[Part], now: int) -> None:
        channel, number, value = message.channel(data), data[1], data[2]
        hearers = [part for part in self._parts if part.hears(port, channel)]
        if number in (message.SUSTAIN, message.SOSTENUTO, message.RESET_CONTROLLERS):
            for part in hearers:
                part.pedal(port, channel, number, value, now)
        elif number in message.NOTE_ENDING_CONTROLLERS:
            for part in hearers:
                part.end_notes(port, [channel], now)
        if number not in _NO_KNOBS:
            self._act_all({part.control(channel, number, value, now) for part in answerers}, now)

    def _choose_program(self, data: bytes, answerers: Sequence[Part], now: int) -> bool:
        """Program changes and bank select, where somebody has programs to choose from, go no further."""
        choosers = [part for part in answerers if part.programs.choosable]
        if message.is_program_change(data):
            for part in choosers:
                part.program_change(data[1], now)
            return bool(choosers)
        if message.is_control_change(data) and data[1] in (message.BANK_SELECT, message.BANK_SELECT_LSB):
            for part in choosers:
                part.programs.bank(data[1], data[2])
            return bool(choosers)
        return False

    def _act_all(self, actions: Collection[str | None], now: int) -> None:
        """What is none of an instance's, once each, in the same order every time."""
        for action in sorted(action for action in actions if action is not None):
            self._act(action, now)
