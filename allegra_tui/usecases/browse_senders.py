"""Registered senders as a console lists them, and what is known of one."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allegra_tui.model.settings import RegisteredSender
from allegra_tui.store import Store, issues, senders, settings
from allegra_tui.store.issues import IssueFilter
from allegra_tui.usecases import rules
from allegra_tui.usecases.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFacts:
    """An address of a sender."""

    address: str
    issues: int
    """How many it submitted."""
    resembles: str | None
    """An address of another sender that looks like it."""
    refused: str | None
    """Why the pattern refuses its mail; None where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderFacts:
    """A registered sender and what is known of each address."""

    sender: RegisteredSender
    addresses: Sequence[AddressFacts]


def sender_ids(store: Store, text: str | None) -> "array[int]":
    """Return the ids of all senders by name; with `text` those with it in the name or an address."""
    with store.read() as tx:
        return senders.ids(tx, text)


def resembled(store: Store, addresses: Sequence[str]) -> Mapping[str, str]:
    """Return what of the register each of these looks like; what looks like nothing, or is in it, is left out."""
    with store.read() as tx:
        return {address: alike for address in addresses if (alike := senders.resembled(tx, address))}


def senders_by_id(store: Store, ids: Sequence[int]) -> Mapping[int, RegisteredSender]:
    """Return senders by their ids; those that do not exist are left out."""
    with store.read() as tx:
        return senders.by_ids(tx, ids)


def sender_facts(store: Store, sender_id: int) -> SenderFacts:
    """Return everything known of a sender.

    Raises `NotFound`. A pattern that cannot be used refuses nobody here: then no mail is taken in at all.
    """
    with store.read() as tx:
        sender = senders.get(tx, sender_id)
        if sender is None:
            raise NotFound("this sender is no longer registered")
        refused = rules.refused_addresses(sender.addresses, rules.usable_pattern_of(settings.load(tx)))
        return SenderFacts(
            sender=sender,
            addresses=[
                AddressFacts(
                    address=address,
                    issues=issues.count(tx, IssueFilter(sender=address)),
                    resembles=senders.twin(tx, address, sender_id),
                    refused=refused.get(address),
                )
                for address in sender.addresses
            ],
        )
