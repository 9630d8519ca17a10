"""Whole messages from the pieces in which a system delivers them."""

from __future__ import annotations

from descant_routing import message

_LONGEST = 1 << 20  # bytes of a system exclusive message; whoever sends more has lost its end


class Pieces:
    """One input. Long system exclusive comes in parts, and real-time messages may come between them."""

    def __init__(self) -> None:
        self.torn = 0
        """How many messages broke off."""
        self._begun = bytearray()

    def join(self, piece: bytes) -> list[bytes]:
        """The messages that ``piece`` completes, in order. Stray data bytes are dropped, and so are torn ones."""
        whole: list[bytes] = []
        for byte in piece:
            if byte >= message.CLOCK:
                if byte in message.MESSAGES:
                    whole.append(bytes((byte,)))
            elif byte >= 0x80 and byte != message.SYSEX_END:
                self._begin(byte, whole)
            elif self._begun:
                self._go_on(byte, whole)
        return whole

    def _begin(self, status: int, whole: list[bytes]) -> None:
        self.torn += bool(self._begun)
        known = (status if status >= message.SYSEX else status & 0xF0) in message.MESSAGES
        self._begun = bytearray((status,) if known else ())
        self._deliver(whole)

    def _go_on(self, byte: int, whole: list[bytes]) -> None:
        self._begun.append(byte)
        self._deliver(whole)
        if self._begun and (byte == message.SYSEX_END or len(self._begun) > _LONGEST):
            self.torn += 1
            self._begun.clear()

    def _deliver(self, whole: list[bytes]) -> None:
        is_long = self._begun.startswith(b"\xf0") and not self._begun.endswith(b"\xf7")
        if not is_long and message.is_complete(bytes(self._begun)):
            whole.append(bytes(self._begun))
            self._begun.clear()
