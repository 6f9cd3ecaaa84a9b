"""The benchmark's mail is what its figures are stated for."""

from itertools import islice

from tests.bench import mix


def test_the_same_seed_gives_the_same_mail_whatever_the_count() -> None:
    assert list(mix.messages(30)) == list(mix.messages(130))[:30]
    assert list(mix.messages(30)) != list(mix.messages(30, seed=2))


def test_a_hundred_messages_hold_the_promised_kinds() -> None:
    sizes = [len(raw) for raw in mix.messages(100)]
    assert sum(size > 52_800 for size in sizes) == 10
    assert sum(15_000 < size <= 52_800 for size in sizes) in range(25, 31)
    assert sum(size < 5_000 for size in sizes) >= 60


def test_the_whole_mix_is_of_the_size_that_figures_are_compared_at() -> None:
    average = sum(len(raw) for raw in islice(mix.messages(), 1_000)) / 1_000
    assert 44_000 < average < 54_000
