"""Takes of format 1, which described a rig beside its values: presets in a list of their own, routes as ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from descant_daemon.engine.plan import CHROMATIC
from descant_routing.timed import MAIN
from descant_routing.wording import shown

FORMER = 1
HEARD_SINCE = "key_pull"  # the parameter that came with it


def renewed_header(old: dict[str, Any]) -> dict[str, Any]:
    """A header of format 1 as it is written now. Raises ValueError where it has not the shape of one."""
    new = {name: value for name, value in old.items() if name not in ("clock", "send_clock")}
    clock, rig = old.get("clock"), renewed_rig(old.get("rig"))
    if isinstance(clock, dict) and isinstance(rig, dict):
        new["tempo"] = clock.get("tempo")
        rig = rig | {"clock": clock.get("name"), "send_clock": old.get("send_clock", False)}
    return new | {"take": 2, "rig": rig}


def renewed_rig(old: Any) -> Any:
    """A rig of format 1, or an early one of format 2, as it is written now. Raises ValueError as above."""
    if not isinstance(old, dict):
        return old
    if "presets" not in old:
        return _without_offsets(old)
    try:
        return _rig(old)
    except KeyError as error:
        raise ValueError(f"it has no {shown(error.args[0])}") from None
    except (AttributeError, TypeError):
        raise ValueError("it is not put together as rigs were") from None


def heard_otherwise(old: Any) -> bool:
    """Whether an instance of a rig of format 1 locks to a key that it finds, from before it was heard as it is now.

    Since then it is heard in the player's notes alone.
    """
    if not isinstance(old, dict) or "presets" not in old:
        return False
    values = [program["values"] for each in old["instances"] for program in each["programs"]]
    return any(
        HEARD_SINCE not in each and each.get("scale", CHROMATIC) != CHROMATIC and each.get("key") == "follow"
        for each in values
    )


def _without_offsets(rig: dict[str, Any]) -> dict[str, Any]:
    """An instance repeated the offset of its output."""
    instances = rig.get("instances")
    if not isinstance(instances, list):
        return rig
    plain = [
        {name: value for name, value in each.items() if name != "offset"} if isinstance(each, dict) else each
        for each in instances
    ]
    return rig | {"instances": plain}


def _rig(old: dict[str, Any]) -> dict[str, Any]:
    ways, presets = old.get("ways"), dict(enumerate(old["presets"]))
    offsets = {each.get("output", MAIN): each["offset"] for each in old["instances"] if "offset" in each}
    new = {name: value for name, value in old.items() if name not in ("presets", "ways")}
    return new | {
        "outputs": [{"label": each, "offset": offsets.get(each, 0)} for each in old["outputs"]],
        "instances": [_instance(each, presets) for each in _without_offsets(old)["instances"]],
        "routes": None
        if ways is None
        else [{"from": each["source"], "to": each["sink"], "do": each["route"]} for each in ways],
    }


def _instance(old: dict[str, Any], presets: Mapping[int, Any]) -> dict[str, Any]:
    return old | {
        "programs": [_program(each, presets[each["preset"]]) for each in old["programs"]],
        "hears": {"drums": True} | old["hears"],
        "listens": [{"drums": True} | each for each in old.get("listens", ())],
    }


def _program(old: dict[str, Any], preset: dict[str, Any]) -> dict[str, Any]:
    model = preset["model"]
    return {
        "parameters": old["values"],
        "bindings": old["cc"],
        "name": preset["name"],
        "title": preset["title"],
        "credits": preset["credits"],
        "model": {
            "pitches": [model["low"], model["high"]],
            "steps_per_beat": model["steps_per_beat"],
            "abilities": {key: model[key] for key in ("family", "styles", "modes", "can") if key in model},
            "number": preset.get("number", 0),
            "stem": model["stem"],
            "pair": model["pair"],
        },
    }
