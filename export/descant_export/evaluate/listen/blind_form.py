"""The form of a blind test: a page that plays the clips, asks, and saves the answers as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

SCALE = {1: "completely random noise", 5: "musically plausible", 10: "composed by a novice composer"}
"""What Huang & Wu (2016, §6) asked 26 listeners for, in their words."""

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
fieldset { border: 0; border-top: 1px solid #ccc; margin: 1rem 0; padding: .8rem 0 } legend { font-weight: 600 }
audio { width: 100% } label { display: inline-block; margin-right: .9rem } button { font: inherit; padding: .4rem 1rem }
"""

SCRIPT = """
const form = document.querySelector("form"), seal = form.dataset.seal;
form.addEventListener("submit", event => {
  event.preventDefault();
  const quoted = text => '"' + text.replaceAll('"', '""') + '"';
  const listener = form.elements.listener.value.trim();
  const rows = [...form.querySelectorAll("input:checked")].map(
    input => [seal, quoted(listener), input.name, input.value].join(","));
  const text = ["seal,listener,question,answer", ...rows].join("\\n") + "\\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "text/csv"}));
  link.download = "answers-" + listener.replace(/[^\\w-]+/g, "_") + ".csv";
  link.click();
});
"""


def rating_form(title: str, seal: str, clips: Mapping[str, str]) -> str:
    """Each clip rated from 1 to 10; ``clips``: name → its file beside the page."""
    words = "; ".join(f"{value} is “{meaning}”" for value, meaning in SCALE.items())
    asked = [
        f"<fieldset><legend>{escape(name)}</legend>{_heard(file)}{_choices(name, _ratings())}</fieldset>"
        for name, file in clips.items()
    ]
    return _page(title, f"Rate each clip from 1 to 10: {words}.", seal, asked)


def picking_form(title: str, seal: str, pairs: Sequence[tuple[str, str]], clips: Mapping[str, str]) -> str:
    """Of each pair, which one is human."""
    asked = []
    for number, pair in enumerate(pairs, 1):
        heard = "".join(
            f"<p>{letter}</p>{_heard(clips[name])}" for letter, name in zip("AB", pair, strict=True)
        )
        choices = _choices(" ".join(pair), dict(zip(pair, "AB", strict=True)))
        asked.append(
            f"<fieldset><legend>Pair {number}: which one did a human write?</legend>{heard}{choices}</fieldset>"
        )
    return _page(title, "Of each pair, one was written by a human.", seal, asked)


def _ratings() -> dict[str, str]:
    return {str(value): str(value) for value in range(1, 11)}


def _heard(file: str) -> str:
    if file.endswith(".mid"):
        return f'<p><a href="{quote(file)}">{escape(file)}</a></p>'
    return f'<audio controls preload="none" src="{quote(file)}"></audio>'


def _choices(question: str, answers: Mapping[str, str]) -> str:
    return "".join(
        f'<label><input type="radio" name="{escape(question)}" value="{escape(value)}" required> {escape(told)}</label>'
        for value, told in answers.items()
    )


def _page(title: str, task: str, seal: str, asked: Sequence[str]) -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{STYLE}</style></head><body>
<h1>{escape(title)}</h1>
<p>{escape(task)} Some clips are human music, some are not. Listen to each as often as you like.</p>
<form data-seal={json.dumps(seal)}>
<p><label>Your name, or any word for it: <input name="listener" required maxlength="60"></label></p>
{"".join(asked)}
<p><button>Save the answers</button> and send the file to whoever asked you. Nothing leaves this page by itself.</p>
</form><script>{SCRIPT}</script></body></html>
"""
