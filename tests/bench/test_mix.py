"""The benchmark's mail is what its figures are stated for."""

from itertools import islice

from tests.bench import mix


def test_the_same_seed_gives_the_same_mail_whatever_the_count() -> None:
    assert list(mix.messages(30)) == list(mix.messages(130))[:30]
    assert list(mix.messages(30)) != list(mix.messages(30, seed=2))


def test_a_hundred_messages_hold_the_promised_kinds() -> None:
    messages = list(mix.messages(100))
    attachments = [raw for raw in messages if b"Content-Disposition: attachment" in raw]
    assert len(attachments) == 10
    assert all(50_000 < len(raw) < 1_200_000 for raw in attachments)
    assert sum(b"multipart/alternative" in raw and 18_000 < len(raw) < 60_000 for raw in messages) in range(25, 28)
    assert sum(len(raw) < 2_000 and b"\r\n> " in raw for raw in messages) >= 60


def test_the_whole_mix_is_of_the_size_that_figures_are_compared_at() -> None:
    average = sum(len(raw) for raw in islice(mix.messages(), 1_000)) / 1_000
    assert 44_000 < average < 54_000
