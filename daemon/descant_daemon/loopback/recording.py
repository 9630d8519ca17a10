"""What went over the wire, as the process that held it wrote it down."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from descant_daemon.loopback.deviations import Onset
from descant_routing import message


@dataclass
class Recording:
    """Times are counted from the score's beginning, in its unit; what came before is negative."""

    sent: list[int] = field(default_factory=list[int])
    """When each cue went out, in the score's order."""
    heard: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    xruns: int = 0
    """How often JACK said meanwhile that someone was late."""

    def encode(self) -> str:
        """For the pipe between the processes."""
        heard = [(time, data.hex()) for time, data in self.heard]
        return json.dumps({"sent": self.sent, "heard": heard, "xruns": self.xruns})

    @classmethod
    def decode(cls, text: str) -> Recording:
        """What ``encode`` wrote."""
        facts = json.loads(text)
        heard = [(time, bytes.fromhex(data)) for time, data in facts["heard"]]
        return cls(facts["sent"], heard, facts["xruns"])

    def strikes(self, channel: int) -> list[Onset]:
        """The note-ons heard on a channel, 0 to 15."""
        return [
            Onset(time, channel, data[1])
            for time, data in self.heard
            if message.is_note_on(data) and message.channel(data) == channel
        ]
