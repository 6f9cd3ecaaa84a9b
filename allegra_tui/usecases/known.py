"""What the store knows, in the form in which a verdict asks for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from allegra_tui import address
from allegra_tui.model.mail import Address
from allegra_tui.store import Transaction, issues, journal, senders


@dataclass(frozen=True, slots=True)
class StoreKnown:
    """`policy.verdict.Known` over a transaction. Good for that transaction alone: who is registered is asked once."""

    tx: Transaction
    _registered: dict[str, bool] = field(default_factory=dict)

    def registered(self, sender: Address) -> bool:
        """Whether the sender is registered."""
        key = address.key(sender)
        if key not in self._registered:
            self._registered[key] = senders.registered(self.tx, key)
        return self._registered[key]

    def resembled(self, sender: str) -> str | None:
        """The registered address, or domain of registered ones, that a stranger's address looks like."""
        known = self._registered.get(senders.key(sender), False)
        return None if known else senders.resembled(self.tx, sender)

    def issue_exists(self, number: int) -> bool:
        """Whether there is an issue with this number."""
        return issues.has(self.tx, number)

    def takes_part(self, number: int, sender: Address) -> bool:
        """Whether the sender submitted the issue or commented on it."""
        return issues.takes_part(self.tx, number, address.key(sender))

    def recent(self, sender: Address, minutes: int) -> int:
        """How many messages of this sender came within the last minutes that no check before the rate refused."""
        return journal.recent(self.tx, address.key(sender), self.tx.now() - timedelta(minutes=minutes))

    def issue_of(self, message_ids: Sequence[str]) -> int | None:
        """The issue that the first known of these messages became or was added to."""
        return journal.message_ids_issue(self.tx, message_ids)


class NothingKnown:
    """`policy.verdict.Known` where there is no configuration yet."""

    def registered(self, sender: Address) -> bool:
        """Nobody is."""
        return False

    def resembled(self, sender: str) -> str | None:
        """None is registered."""
        return None

    def issue_exists(self, number: int) -> bool:
        """None does."""
        return False

    def takes_part(self, number: int, sender: Address) -> bool:
        """Nobody does."""
        return False

    def recent(self, sender: Address, minutes: int) -> int:
        """None came."""
        return 0

    def issue_of(self, message_ids: Sequence[str]) -> int | None:
        """None is known."""
        return None


@dataclass(slots=True)
class Imagined:
    """What a dry run would have made so far, laid over what is stored."""

    next_number: int
    participants: dict[int, set[str]] = field(default_factory=dict)
    by_message_id: dict[str, int] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    """Messages by sender that no check before the rate refused."""

    def note(self, number: int, sender: Address | None, message_id: str | None) -> None:
        """Remember that a message became this issue, or a comment on it."""
        self.next_number = max(self.next_number, number + 1)
        people = self.participants.setdefault(number, set())
        if sender:
            people.add(address.key(sender))
        if message_id:
            self.by_message_id.setdefault(message_id, number)


@dataclass(frozen=True, slots=True)
class ImaginedKnown:
    """`policy.verdict.Known` of a dry run: the store, and what this run would have made."""

    stored: StoreKnown
    imagined: Imagined

    def registered(self, sender: Address) -> bool:
        """Whether the sender is registered."""
        return self.stored.registered(sender)

    def resembled(self, sender: str) -> str | None:
        """The registered address, or domain of registered ones, that a stranger's address looks like."""
        return self.stored.resembled(sender)

    def issue_exists(self, number: int) -> bool:
        """Whether there is, or would be, an issue with this number."""
        return number in self.imagined.participants or self.stored.issue_exists(number)

    def takes_part(self, number: int, sender: Address) -> bool:
        """Whether the sender submitted the issue or commented on it, or would have."""
        imagined = self.imagined.participants.get(number, set())
        return address.key(sender) in imagined or self.stored.takes_part(number, sender)

    def recent(self, sender: Address, minutes: int) -> int:
        """How many of this sender's messages within the last minutes came, or would have come, as far as the rate."""
        return self.stored.recent(sender, minutes) + self.imagined.seen[address.key(sender)]

    def issue_of(self, message_ids: Sequence[str]) -> int | None:
        """The issue that the first known of these messages became or would become."""
        for message_id in message_ids:
            number = self.imagined.by_message_id.get(message_id) or self.stored.issue_of([message_id])
            if number:
                return number
        return None
