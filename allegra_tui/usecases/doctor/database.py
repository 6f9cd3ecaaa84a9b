"""The database as a file: its schema, whether it is whole, whether everything in it can be found."""

from collections.abc import Callable, Iterator
from pathlib import Path

from allegra_tui.store import StoreError, health, schema
from allegra_tui.usecases.doctor.finding import Finding, error, ok, warning

_RESTORE = "stop everything that uses it, keep a copy of the directory, and restore a backup: allegra-tui restore FILE"
_REBUILD = "stop everything that uses it, then: sqlite3 {path} \"INSERT INTO search(search) VALUES('rebuild')\""


def examine(path: Path) -> Iterator[Finding]:
    """Look at the schema, read every page, follow every reference, count what the search finds."""
    yield from _told(lambda: _schema(path), "schema", _RESTORE)
    yield from _told(lambda: _whole(path), "integrity", _RESTORE)
    yield from _told(lambda: _references(path), "references", _RESTORE)
    yield from _told(lambda: _search(path), "search", _REBUILD.format(path=path))


def _told(look: Callable[[], Finding | None], check: str, advice: str) -> Iterator[Finding]:
    """What cannot even be read is a finding like any other."""
    try:
        found = look()
    except StoreError as trouble:
        found = error(check, str(trouble), advice)
    if found is not None:
        yield found


def _schema(path: Path) -> Finding:
    version = health.version(path)
    if version is None:
        return warning("schema", "the database is empty", "allegra-tui, or config apply FILE, sets it up")
    if health.is_newer(version):
        return error(
            "schema",
            f"a newer allegra-tui wrote the database (schema {version}; this one knows {schema.REVISIONS[-1]})",
            "install that version or a newer one",
        )
    if version != schema.REVISIONS[-1]:
        return warning(
            "schema",
            f"the schema is older ({version}) than this allegra-tui's ({schema.REVISIONS[-1]})",
            "make a backup; the next fetch, or the console, brings it up to date",
        )
    return ok("schema", f"schema {version}, the latest")


def _whole(path: Path) -> Finding:
    found = health.damages(path)
    if found:
        return error("integrity", f"the database is damaged: {'; '.join(found)}", _RESTORE)
    return ok("integrity", f"the database is whole ({path.stat().st_size / 1_000_000:,.1f} MB)")


def _references(path: Path) -> Finding:
    found = health.broken_references(path)
    if found:
        return error("references", f"the database is damaged: {'; '.join(found)}", _RESTORE)
    return ok("references", "every row refers to rows that are there")


def _search(path: Path) -> Finding | None:
    if health.version(path) != schema.REVISIONS[-1]:
        return None
    missing = health.unsearchable(path)
    if missing:
        return error("search", f"the search does not find {missing:,} texts as it should", _REBUILD.format(path=path))
    return ok("search", "the search knows every text")
