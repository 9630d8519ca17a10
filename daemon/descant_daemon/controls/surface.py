"""One instance's control surface: what its knobs and buttons, and whoever else sets values, make of its parameters.

A knob takes over by ``parameters.takeover``. Smooth parameters glide to where they are wanted, a part of the way
each step of the song; while the song stands, and at the place that it has just jumped to, they are there at once,
so that each pass of a loop begins alike. Whatever else changes a parameter is believed: its glide ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from descant_daemon.controls.buttons import Buttons
from descant_daemon.controls.decoder import Decoder, Movement
from descant_daemon.controls.glide import Glide
from descant_daemon.controls.rows import meant, rows_with
from descant_daemon.controls.selection import DATA_DOWN, DATA_UP
from descant_daemon.controls.takeover import Takeover
from descant_daemon.settings.abilities import ANY_MODEL, Abilities
from descant_daemon.settings.row import Value
from descant_daemon.settings.source import ButtonKey, Nrpn, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from descant_daemon.settings.bindings import Bindings
    from descant_daemon.settings.parameters import Parameters

Knob = tuple[int, Source]
"""By the channel that it sends on."""


class Turned(NamedTuple):
    """What a controller has done: the parameters after it, and the action that is to be done, by name."""

    parameters: Parameters
    heard: Movement
    action: str | None = None


@dataclass
class Lead:
    """Who leads a parameter (None: nobody's knob), where to, and the value that he has left it at."""

    knob: Knob | None
    wanted: Value
    left: Value
    glide: Glide | None


class Surface:
    """Call ``turn`` with every controller, ``step`` once a step, ``settle`` when the song begins, jumps or stops."""

    def __init__(self, bindings: Bindings, abilities: Abilities = ANY_MODEL) -> None:
        """``abilities``: the model's."""
        self._buttons = Buttons()
        self._decoders: dict[int, Decoder] = {}
        self.rebind(bindings, abilities)

    def rebind(self, bindings: Bindings, abilities: Abilities = ANY_MODEL) -> None:
        """Another preset: every knob has to take over again. What hands have half said is not forgotten."""
        self.bindings = bindings
        self._rows = rows_with(abilities)
        self._decoders = {
            channel: Decoder(bindings.names, decoder.selection) for channel, decoder in self._decoders.items()
        }
        self._takeovers: dict[Knob, Takeover] = {}
        self._leads: dict[str, Lead] = {}
        self._at_once = True  # until the song's next step

    # -- who moves it --------------------------------------------------------------------------------

    def turn(self, channel: int, number: int, value: int, parameters: Parameters) -> Turned:
        """A controller comes: ``channel`` 0 to 15, the others 0 to 127. ``parameters`` are those that are played."""
        decoder = self._decoders.get(channel)
        if decoder is None:
            decoder = self._decoders[channel] = Decoder(self.bindings.names)
        stepped = number in (DATA_UP, DATA_DOWN)
        if stepped:
            self._stand(decoder, channel, parameters)
        heard = decoder.feed(number, value)
        source = heard.source
        if source is None:
            return Turned(parameters, heard)
        name, knob = self.bindings.names[source], (channel, source)
        if name not in self._rows:
            return Turned(parameters, heard, name if self._buttons.pressed(knob, heard.position) else None)
        wanted = self._takeover(
            knob, name, heard.position, parameters, sure=stepped and isinstance(source, Nrpn)
        )
        if wanted is None:
            return Turned(parameters, heard)
        return Turned(self._lead(knob, name, self._rows[name].from_position(wanted), parameters), heard)

    def action_of(self, key: int) -> str | None:
        """What a key, 0 to 127, does instead of sounding; None where it is a key like any other."""
        return self.bindings.names.get(ButtonKey(key))

    def set(self, values: Mapping[str, object], parameters: Parameters) -> Parameters:
        """Somebody without a knob (OSC, an action) wants ``values``: the parameters on their way there.

        Raises UsageError, and changes nothing, for an unknown name or a value outside its row.
        """
        wanted = parameters.with_values(values)
        for name in values:
            parameters = self._lead(None, name, getattr(wanted, name), parameters)
        return parameters

    # -- time ----------------------------------------------------------------------------------------

    def step(self, parameters: Parameters) -> Parameters:
        """A step of the song begins: what glides goes on."""
        self._at_once = False
        moved: dict[str, Value] = {}
        for name in list(self._leads):
            lead = self._lead_of(name, parameters)
            if lead is not None and lead.glide is not None:
                lead.glide.step()
                moved[name] = self._follow(name, lead)
        return _with(parameters, moved)

    def settle(self, parameters: Parameters) -> Parameters:
        """The song begins, jumps or stops: what glides arrives, and what comes until the next step is there at once."""
        self._at_once = True
        aimed = self.aimed(parameters)
        for lead in self._leads.values():
            lead.glide, lead.left = None, lead.wanted
        return aimed

    def aimed(self, parameters: Parameters) -> Parameters:
        """The parameters when everything that glides has arrived: what a motor fader is to show."""
        leads = {name: self._lead_of(name, parameters) for name in list(self._leads)}
        return _with(parameters, {name: lead.wanted for name, lead in leads.items() if lead is not None})

    # -- inside --------------------------------------------------------------------------------------

    def _lead_of(self, name: str, parameters: Parameters) -> Lead | None:
        """Who leads it, unless somebody has set it behind Descant's back."""
        lead = self._leads.get(name)
        if lead is not None and getattr(parameters, name) != lead.left:
            del self._leads[name]
            return None
        return lead

    def _takeover(
        self, knob: Knob, name: str, position: float, parameters: Parameters, *, sure: bool
    ) -> float | None:
        """Where the knob leads the parameter; ``sure``: it is one that only says up or down."""
        row, lead = self._rows[name], self._lead_of(name, parameters)
        mode = "jump" if sure or row.kind == "bool" else parameters.takeover  # a switch has nowhere to meet
        takeover = self._takeovers.get(knob)
        if takeover is None or takeover.mode != mode:
            takeover = self._takeovers[knob] = Takeover(mode)
        if lead is None or lead.knob != knob:
            takeover.release()
        value = getattr(parameters, name) if lead is None else lead.wanted
        met = row.from_position(position) == value  # of few values each has a stretch of the knob
        return takeover.move(position, position if met else self._position(name, value))

    def _lead(self, knob: Knob | None, name: str, wanted: Value, parameters: Parameters) -> Parameters:
        lead, row = self._lead_of(name, parameters), self._rows[name]
        glide = None
        if row.smooth and not self._at_once:
            glide = lead.glide if lead is not None and lead.glide is not None else None
            glide = glide or Glide(self._position(name, getattr(parameters, name)))
            glide.aim(row.to_position(wanted))
        lead = self._leads[name] = Lead(knob, wanted, wanted, glide)
        return _with(parameters, {name: self._follow(name, lead)})

    def _follow(self, name: str, lead: Lead) -> Value:
        """What the parameter is now; it is what it was wanted to be, to the bit, once the glide has arrived."""
        on_its_way = lead.glide is not None and not lead.glide.arrived
        lead.left = (
            self._rows[name].from_position(lead.glide.at) if lead.glide and on_its_way else lead.wanted
        )
        return lead.left

    def _stand(self, decoder: Decoder, channel: int, parameters: Parameters) -> None:
        """Up and down go on from where the parameter is, when somebody else has put it there."""
        nrpn = decoder.selection.nrpn
        source = None if nrpn is None else Nrpn(nrpn)
        name = self.bindings.names.get(source) if source is not None else None
        if source is None or name not in self._rows:
            return
        lead = self._lead_of(name, parameters)
        if lead is None or lead.knob != (channel, source):
            decoder.stand(
                source, self._position(name, getattr(parameters, name) if lead is None else lead.wanted)
            )

    def _position(self, name: str, value: Value) -> float:
        row = self._rows[name]
        return row.to_position(meant(row, value))


def _with(parameters: Parameters, values: Mapping[str, Value]) -> Parameters:
    """With these values; the very same object where nothing changes."""
    news = {name: value for name, value in values.items() if getattr(parameters, name) != value}
    return parameters.with_values(news) if news else parameters
