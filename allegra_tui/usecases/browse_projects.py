"""Projects as a console lists them: with what lives in them, and what mail comes to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.model.issue import State
from allegra_tui.model.settings import Project
from allegra_tui.store import Store, issues, mailboxes, projects, settings
from allegra_tui.store.issues import IssueFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLine:
    """A project and what belongs to it."""

    project: Project
    open_issues: int
    mailboxes: Sequence[str]
    """Names of those whose mail goes there by itself, disabled ones too; the global ones for the default project."""
    default: bool


def project_lines(store: Store) -> list[ProjectLine]:
    """Return all projects by key, archived ones at the end."""
    with store.read() as tx:
        default = settings.load(tx).default_project
        boxes = mailboxes.every(tx)
        found = [
            ProjectLine(
                project=project,
                open_issues=issues.count(tx, IssueFilter(project=project.key, state=State.OPEN)),
                mailboxes=tuple(box.name for box in boxes if (box.project or default) == project.key),
                default=project.key == default,
            )
            for project in projects.every(tx, archived=True)
        ]
    return sorted(found, key=lambda line: line.project.archived)
