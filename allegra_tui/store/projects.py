"""Projects, under keys that are stored in upper case and compared ignoring case."""

from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from allegra_tui.model.settings import Project
from allegra_tui.store.database import Transaction
from allegra_tui.store.errors import Conflict, StoreError
from allegra_tui.store.prepared import Prepared
from allegra_tui.store.tables import projects

_FIND = select(projects).where(projects.c.key == bindparam("key"))
_ID = Prepared(select(projects.c.id).where(projects.c.key == bindparam("key")))


def every(tx: Transaction, *, archived: bool = False) -> list[Project]:
    """Return the projects by key; with `archived` those put away, too."""
    query = select(projects).order_by(projects.c.key)
    if not archived:
        query = query.where(~projects.c.archived)
    return [_project(row) for row in tx.execute(query)]


def find(tx: Transaction, key: str) -> Project | None:
    """Return the project with this key, archived or not."""
    row = tx.execute(_FIND, {"key": key.upper()}).first()
    return _project(row) if row else None


def add(tx: Transaction, project: Project) -> Project:
    """Store a new project and return it with its id. Raises Conflict if the key is taken."""
    _require_free(tx, project)
    added = tx.execute(insert(projects).returning(projects), _values(project)).one()
    return _project(added)


def save(tx: Transaction, project: Project) -> None:
    """Change the project with this id. Raises Conflict if its new key is taken."""
    _require_free(tx, project)
    tx.execute(update(projects).where(projects.c.id == project.id), _values(project))


def id_of(tx: Transaction, key: str) -> int:
    """Return the id of a project that has to exist. Raises StoreError."""
    found = tx.run(_ID, {"key": key.upper()})
    if found is None:
        raise StoreError(f"There is no project {key.upper()}; add it first.")
    return int(found[0])


def _require_free(tx: Transaction, project: Project) -> None:
    found = find(tx, project.key)
    if found and found.id != project.id:
        raise Conflict(f"There is a project {found.key} already ({found.name}); choose another key.")


def _project(row: Row[Any]) -> Project:
    return Project(id=row.id, key=row.key, name=row.name, archived=row.archived)


def _values(project: Project) -> dict[str, Any]:
    return {"key": project.key.upper(), "name": project.name, "archived": project.archived}
