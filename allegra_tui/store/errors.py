"""What can go wrong with the database: one clear line each, with what to do next."""


class StoreError(Exception):
    """The database cannot do what was asked for."""

    code = "store"
    exit_code = 2


class NewerDatabase(StoreError):  # noqa: N818  (it reads as what happened)
    """A newer version of the program wrote the database."""

    code = "newer_database"


class OutdatedDatabase(StoreError):  # noqa: N818
    """The schema is older than this program's, and the caller may not change it."""

    code = "outdated_database"


class MissingDatabase(StoreError):  # noqa: N818
    """There is no database yet, and the caller may not make one."""

    code = "missing_database"


class Conflict(StoreError):  # noqa: N818
    """A name, key, address or account that must be unique is taken; the line says which and by whom."""

    code = "conflict"
