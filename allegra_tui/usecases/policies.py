"""The policy a mailbox's messages are judged by, put together from the stored settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui import address
from allegra_tui.disguise import Names
from allegra_tui.model.settings import IntakeSettings, Mailbox, Project
from allegra_tui.model.verdict import CheckName
from allegra_tui.policy.lists import ListPatternError, Lists, compile_lists
from allegra_tui.policy.markers import Markers
from allegra_tui.policy.pattern import Pattern, PatternError, compile_pattern, named_domains
from allegra_tui.policy.verdict import Policy
from allegra_tui.store import Transaction, projects, settings
from allegra_tui.usecases.errors import UseCaseError


class PatternUnusable(UseCaseError):  # noqa: N818  (it reads as what happened)
    """A stored pattern cannot be used, so nothing is judged by it. `check` is the one that it belongs to."""

    code = "pattern_unusable"

    def __init__(self, check: CheckName, message: str) -> None:
        super().__init__(message)
        self.check = check


@dataclass(frozen=True, slots=True)
class Policies:
    """The settings of the intake as one moment found them, ready to judge with."""

    settings: IntakeSettings
    pattern: Pattern | None
    markers: Markers
    lists: Lists
    active_projects: frozenset[str]
    named_domains: Sequence[str] = ()
    """Those that the pattern names."""

    @property
    def default_project(self) -> str | None:
        """The default project, unless it is archived or gone."""
        key = self.settings.default_project
        return key if key in self.active_projects else None

    def of(self, mailbox: Mailbox | None) -> Policy:
        """Build the policy for a mailbox's messages, or for mail that belongs to none."""
        mailbox_project = mailbox.project if mailbox and mailbox.project in self.active_projects else None
        own = frozenset(own_addresses(mailbox)) if mailbox else frozenset()
        return Policy(
            markers=self.markers,
            pattern=self.pattern,
            allow_unknown_senders=self.settings.allow_unknown_senders,
            unknown_comment_own_only=self.settings.unknown_comment_own_only,
            default_project=self.default_project,
            mailbox_project=mailbox_project,
            take_auto_generated=mailbox.take_auto_generated if mailbox else False,
            own_addresses=own,
            max_bytes=self.settings.max_message_mb * 1024 * 1024,
            lists=self.lists,
            authserv_id=self.settings.authserv_id,
            rate_messages=self.settings.rate_messages,
            rate_minutes=self.settings.rate_minutes,
            trusted_domains=Names.of([*self.named_domains, *(written.rpartition("@")[2] for written in own)]),
        )


def load(tx: Transaction) -> Policies:
    """Read the settings. Raise `PatternUnusable` where the stored pattern cannot be compiled."""
    return assemble(settings.load(tx), projects.every(tx, archived=True))


def assemble(intake: IntakeSettings, known_projects: Sequence[Project]) -> Policies:
    """Put policies together from settings that need not be stored."""
    try:
        pattern = compile_pattern(intake.allowed_pattern)
        lists = lists_of(intake)
    except ListPatternError as error:
        raise PatternUnusable(CheckName.REJECT_LISTS, f"{error}: nothing is taken in before it is mended") from error
    except PatternError as error:
        raise PatternUnusable(
            CheckName.PATTERN,
            f"the pattern for allowed senders cannot be used ({error}): nothing is taken in before it is mended",
        ) from error
    return Policies(
        settings=intake,
        pattern=pattern,
        markers=Markers(intake.marker_words, [project.key for project in known_projects], intake.marker_templates),
        lists=lists,
        active_projects=frozenset(project.key for project in known_projects if not project.archived),
        named_domains=named_domains(pattern) if pattern else (),
    )


def lists_of(intake: IntakeSettings) -> Lists:
    """Compile the administrator's lists. Raise `ListPatternError`."""
    return compile_lists(
        subjects=intake.reject_subjects,
        senders=intake.reject_senders,
        bodies=intake.reject_bodies,
        passages=intake.cut_passages,
        file_names=intake.drop_file_names,
        file_hashes=intake.drop_file_hashes,
    )


def own_addresses(mailbox: Mailbox) -> list[str]:
    """List the addresses that are the mailbox's own: the ones set, and the user name where it is one."""
    found = []
    for written in (*mailbox.addresses, mailbox.username):
        try:
            found.append(address.key(address.parse(written)))
        except address.AddressError:
            continue  # a user name need not be an address; those set were checked when they were
    return found
