"""A project to add or to rename."""

from collections.abc import Sequence

from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.widgets.form import Field, Kind, Values
from allegra_tui.model.settings import Project
from allegra_tui.usecases import configure, records
from allegra_tui.usecases.errors import Invalid, Mistake
from allegra_tui.usecases.session import Session

_KEY = Field(
    name="key",
    label="Key",
    placeholder="SUP",
    help="Up to 20 letters, digits and _. It marks subjects, as in [SUP-12], and cannot be changed later.",
)
_NAME = Field(name="name", label="Name", placeholder="Support", help="What people call the project.")
_DEFAULT = Field(
    name="default",
    label="Default project",
    kind=Kind.FLAG,
    help="The default project takes the mail of every mailbox that names no project of its own.",
)


class ProjectForm(FormScreen[Project]):
    """A project, None for a new one."""

    HELP_TEXT = "Issues live in projects. The key of a project marks its issues in subjects and stays as it is."

    def __init__(self, session: Session, project: Project | None, *, default: bool = False) -> None:
        self._opened = session
        self._default = default
        super().__init__(f"Project {project.key}" if project else "A new project", project)

    def fields(self) -> Sequence[Field]:
        """Key and default of a new one, the name of each."""
        return (_NAME,) if self.record else (_KEY, _NAME, _DEFAULT)

    def values_of(self, record: Project | None) -> Values:
        """Return what is stored, or what a new project begins with."""
        if record is None:
            return {"key": "", "name": "", "default": self._default}
        return {"name": record.name}

    def check(self, values: Values) -> Sequence[Mistake]:
        """Check key and name."""
        return self._read(values)[1]

    def save(self, values: Values, was: Project | None) -> Project:
        """Add or change it."""
        project, mistakes = self._read(values)
        if mistakes:
            raise Invalid(mistakes)
        if was is None:
            default = bool(values["default"])
            return configure.add_project(self._opened.store, project, default=default, who=self._opened.who)
        configure.save_project(self._opened.store, project, was=was, who=self._opened.who)
        return project

    def _read(self, values: Values) -> tuple[Project, list[Mistake]]:
        given = {name: value for name, value in values.items() if name != "default"}
        if self.record is not None:
            given |= {"key": self.record.key, "archived": self.record.archived}
        elif not str(given["name"]).strip():
            del given["name"]  # then the key is the name
        return records.read_project(given, self.record)
