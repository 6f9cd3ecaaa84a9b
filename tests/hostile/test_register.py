"""The table of attacks is true of the program as it is; with --long, every defence is taken out and missed."""

import shlex

import pytest

from tests.hostile.register import ATTACKS, ROOT, Attack, noticed


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_defence_stands_where_the_table_says(attack: Attack) -> None:
    text = (ROOT / "allegra_tui" / attack.file).read_text(encoding="utf-8")
    assert text.count(attack.defence) == 1
    for word in shlex.split(attack.tests):
        assert not word.endswith(".py") or (ROOT / word).exists()


def test_taken_out_every_defence_is_missed(long_run: bool) -> None:
    chosen = ATTACKS if long_run else [attack for attack in ATTACKS if attack.name == "several From"]
    assert [attack.name for attack in chosen if not noticed(attack)] == []
