"""Projects: where issues live."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allegra_tui.console.dialogs import Confirm
from allegra_tui.console.links import Link
from allegra_tui.console.projects.form import ProjectForm
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.settings import Project
from allegra_tui.text import display
from allegra_tui.usecases import configure
from allegra_tui.usecases.browse_projects import ProjectLine, project_lines

COLUMNS = (
    Column("key", 12),
    Column("state", 10),
    Column("name"),
    Column("open issues", 11, right=True),
    Column("mailboxes", 18, from_width=70),
)


def project_cells(line: ProjectLine) -> Sequence[str]:
    """Return what the columns show of a project."""
    state = "x archived" if line.project.archived else ("* default" if line.default else "")
    return (
        display(line.project.key),
        state,
        display(line.project.name),
        f"{line.open_issues:,}",
        display(", ".join(line.mailboxes)) or "-",
    )


def _open(count: int) -> str:
    return {0: "No open issues", 1: "1 open issue"}.get(count, f"{count:,} open issues")


class ProjectsScreen(ConsoleScreen[None]):
    """The list of projects."""

    HELP_TEXT = (
        "Issues live in projects. The default project takes the mail of every mailbox that names no project: from "
        "there issues are moved to where they belong. A project that is done with is archived: its issues stay, and "
        "no new ones come to it."
    )
    CHANGES = frozenset({"add", "edit", "archive", "unarchive", "make_default"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add", id="projects.add", tooltip="Add a project"),
        Binding("e", "edit", "edit", id="projects.edit", tooltip="Change the project's name"),
        Binding("m", "make_default", "default", id="projects.default", tooltip="Make this the default project"),
        Binding("d", "archive", "archive", id="projects.archive", tooltip="Archive the project; its issues stay"),
        Binding("o", "unarchive", "take back", id="projects.unarchive", tooltip="Take the project out of the archive"),
        Binding("i", "issues", "issues", id="projects.issues", tooltip="Show the project's issues"),
        Binding("b", "mailboxes", "mailboxes", id="projects.mailboxes", tooltip="Go to the mailboxes", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._table: VirtualTable[ProjectLine] = VirtualTable(COLUMNS, project_cells, self.trouble, markable=False)
        self._table.empty = (
            "No project yet. Issues live in projects, and mail needs one to go to.",
            "a adds the first one.",
        )
        self._heading = Heading("Projects")
        self._lines: dict[int, ProjectLine] = {}
        self._wanted: str | None = None
        """The key of the project that the cursor is to go to."""

    def body(self) -> ComposeResult:
        """Heading and list."""
        yield self._heading
        yield self._table

    def load(self) -> None:
        """Read the list."""
        store = self.session.store
        self.read(lambda: project_lines(store), self._show)

    def _show(self, lines: Sequence[ProjectLine]) -> None:
        self._lines = {line.project.id: line for line in lines}
        wanted = next((line.project.id for line in lines if line.project.key == self._wanted), None)
        self._wanted = None
        self._table.fill(self._lines, wanted)
        archived = sum(line.project.archived for line in lines)
        count = f"{len(lines):,} {'project' if len(lines) == 1 else 'projects'}"
        self._heading.right = f"{count}, {archived:,} archived" if archived else count
        self.refresh_bindings()

    def follow(self, link: Link) -> None:
        """Go to the project whose key is `record`."""
        self._wanted = str(link.record) if link.record is not None else None
        self.load()

    @property
    def _line(self) -> ProjectLine | None:
        """The project under the cursor."""
        row_id = self._table.cursor_id
        return self._lines.get(row_id) if row_id is not None else None

    @on(VirtualTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        if self.console.read_only:
            self.action_issues()
        else:
            self.action_edit()

    # --- what can be done

    def action_add(self) -> None:
        """Add a project; the first one is to be the default."""
        first = not any(line.default for line in self._lines.values())
        form = ProjectForm(self.session, None, default=first)
        self.app.push_screen(form, partial(self._saved, "added"))

    def action_edit(self) -> None:
        """Change the name."""
        if line := self._line:
            form = ProjectForm(self.session, line.project)
            self.app.push_screen(form, partial(self._saved, "changed"))

    def _saved(self, word: str, project: Project | None) -> None:
        if project is not None:
            self._wanted = project.key
            self.tell(f"Project {project.key} {word}.")
        self.load()

    def action_archive(self) -> None:
        """Ask, and put the project away."""
        if (line := self._line) is None:
            return
        project = line.project

        def decided(sure: bool | None) -> None:
            if sure:
                self._save(replace(project, archived=True), project, "is archived")

        names = [
            f"{project.key}  {project.name}",
            f"{_open(line.open_issues)}. What is in it stays and can be moved; nothing new comes to it.",
        ]
        self.app.push_screen(Confirm("Archive this project?", names, yes="Archive"), decided)

    def action_unarchive(self) -> None:
        """Use the project again."""
        if line := self._line:
            self._save(replace(line.project, archived=False), line.project, "is used again")

    def action_make_default(self) -> None:
        """Have it take what belongs to no other project."""
        if line := self._line:
            self._save(line.project, line.project, "is the default project", default=True)

    def _save(self, new: Project, was: Project, words: str, *, default: bool = False) -> None:
        session = self.session
        save: Callable[[], None] = partial(
            configure.save_project, session.store, new, was=was, default=default, who=session.who
        )

        def done(_: None) -> None:
            self.tell(f"Project {new.key} {words}.")
            self.load()

        self.change(save, done)

    def action_issues(self) -> None:
        """Go to the project's issues."""
        if line := self._line:
            self.console.go(Link("issues", where={"project": line.project.key}))

    def action_mailboxes(self) -> None:
        """Go to the mailboxes."""
        self.console.go(Link("mailboxes", where={"project": self._line.project.key} if self._line else {}))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the project under the cursor."""
        line = self._line
        match action:
            case "edit" | "issues" if line is None:
                return False
            case "archive" if line is None or line.project.archived:
                return False
            case "unarchive" if line is None or not line.project.archived:
                return False
            case "make_default" if line is None or line.default or line.project.archived:
                return False
        return super().check_action(action, parameters)
