"""Reading in several processes: in order, and past a file that kills its reader.

``eval`` stands for the reader: it pickles, and a name can do what a file might.
"""

from __future__ import annotations

from descant_export.corpus.pool import read_in_order

DEADLY = "__import__('os')._exit(9)"


def test_results_come_in_the_order_of_names() -> None:
    names = [str(number) for number in range(50)]
    assert list(read_in_order(eval, names, str, processes=2)) == list(range(50))


def test_a_file_that_kills_its_process_is_named_and_the_rest_are_read() -> None:
    names = [str(number) for number in range(50)]
    names[3] = names[4] = names[40] = DEADLY
    read = list(read_in_order(eval, names, lambda name: f"lost {name}", processes=2))
    expected: list[object] = list(range(50))
    expected[3] = expected[4] = expected[40] = f"lost {DEADLY}"
    assert read == expected
