"""``descant presets``: which there are, and what can be set in them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from descant_daemon.cli import options
from descant_daemon.console import columns, say, say_json, say_row
from descant_daemon.model.model_files import check_model_files
from descant_daemon.settings.preset import load_preset, model_stem, preset_json_schema
from descant_daemon.settings.reference import parameter_reference, parameters_in_words
from descant_daemon.settings.shelf import closed, own_folder, shelf
from descant_routing.errors import DescantError
from descant_routing.printable import printable
from descant_routing.wording import as_sentence

WIDEST_NAME = 24  # columns


def presets(
    as_json: options.Json = False,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Explain every parameter and action instead.")
    ] = False,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of preset.yaml instead, for editors."),
    ] = False,
) -> None:
    """List the presets, and where your own would be."""
    if schema:
        say_json(preset_json_schema())
        return
    if parameters:
        _tell_parameters()
        return
    rows: list[dict[str, Any]] = []
    for name, path, origin in shelf():
        styles: tuple[str, ...] = ()
        try:
            preset = load_preset(path)
            title, styles = preset.title, check_model_files(model_stem(path, preset)).metadata.styles
        except DescantError as error:
            title = f"cannot be used: {error}"
        found = {"name": name, "title": title, "origin": origin, "path": str(path), "styles": styles}
        rows.append(found)
    own = own_folder()
    if as_json:
        say_json({"presets": rows, "own_folder": None if own is None else str(own), "closed": closed()})
        return
    width = min(max((len(printable(row["name"])) for row in rows), default=0), WIDEST_NAME)
    for row in rows:
        lead = f"{printable(row['name']):<{width}}  "
        say_row(lead, row["title"] + (" (yours)" if row["origin"] == "yours" else ""))
        if len(row["styles"]) > 1:
            say_row(" " * len(lead), f"styles to morph between: {', '.join(row['styles'])}")
    for sentence in closed():
        say_row("", as_sentence(sentence))
    if own is None:
        say_row("", "There is no home folder here, so there are no presets of your own.")
    else:
        say_row("", f"Your own presets go into {own}, a folder each.")


def _tell_parameters() -> None:
    """A list in a terminal; elsewhere the table in Markdown, a row a line."""
    if columns() is None:
        say(parameter_reference())
        return
    for name, values, meaning in parameters_in_words():
        say_row("", f"{name}: {values}")
        say_row("    ", meaning)
