"""The sample mail: the post of a bicycle maker that does not exist, in three folders."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from allegra_tui.demo.letters import general, history, support, website

INBOX, SUPPORT, WEBSITE = "INBOX", "Support", "Website"


def first(now: datetime) -> Mapping[str, Sequence[bytes]]:
    """Return, by folder, what came before and is taken in already when the demo begins."""
    return {INBOX: history.messages(now)}


def waiting(now: datetime) -> Mapping[str, Sequence[bytes]]:
    """Return, by folder, what waits to be fetched. Some of it answers the issues that `first` makes."""
    return {INBOX: general.messages(now), SUPPORT: support.messages(now), WEBSITE: website.messages(now)}
