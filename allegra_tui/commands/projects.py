"""`allegra-tui projects`: where issues live."""

from argparse import BooleanOptionalAction, Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser, command, exclude, subcommands

if TYPE_CHECKING:
    from allegra_tui.model.settings import Project

_DEFAULT = "make it the default project, which takes mail that belongs to no other"


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    command(names, "list", run_list, "all projects")
    parser = command(names, "add", run_add, "add a project")
    parser.add_argument("key", metavar="KEY", help="short and in capitals, such as SUP")
    parser.add_argument("name", nargs="?", metavar="NAME", help="its name for people (default: the key)")
    parser.add_argument("--default", action="store_true", help=_DEFAULT)
    parser = command(names, "edit", run_edit, "change a project")
    parser.add_argument("key", metavar="KEY")
    parser.add_argument("--name", metavar="NAME")
    parser.add_argument("--default", action="store_true", help=_DEFAULT)
    parser.add_argument("--archived", action=BooleanOptionalAction, help="archived: no new issues, nothing is lost")
    exclude(parser, "--default", "--archived")
    _add_keys(command(names, "archive", run_archive, "put projects away; their issues stay"))


def run_list(args: Namespace) -> int:
    """List projects."""
    from allegra_tui.commands import output
    from allegra_tui.commands.output import Column, table
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        projects, default = browse.all_projects(store)
    if args.json:
        for project in projects:
            output.emit(_json(project))
    elif not projects:
        output.note("No project yet: allegra-tui projects add KEY NAME --default")
    else:
        table(
            (Column("KEY", 20), Column("", 8), Column("NAME")),
            ((project.key, _mark(project, default), project.name) for project in projects),
        )
    return ExitCode.DONE


def run_add(args: Namespace) -> int:
    """Add a project."""
    from allegra_tui.usecases import configure, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.errors import Invalid
    from allegra_tui.usecases.workspace import Workspace

    given = {"key": args.key} | ({"name": args.name} if args.name is not None else {})
    project, mistakes = records.read_project(given, None)
    if mistakes:
        raise Invalid(mistakes)
    with Workspace(args.data_dir).writable() as store:
        added = configure.add_project(store, project, default=args.default, who=who())
    return _told(args, added, "added")


def run_edit(args: Namespace) -> int:
    """Change a project."""
    given = {name: getattr(args, name) for name in ("name", "archived") if getattr(args, name) is not None}
    return _change(args, args.key, given, default=args.default, word="changed")


def run_archive(args: Namespace) -> int:
    """Archive projects."""
    for key in args.keys:
        _change(args, key, {"archived": True}, default=False, word="archived")
    return ExitCode.DONE


def _change(args: Namespace, key: str, given: dict[str, object], *, default: bool, word: str) -> int:
    from allegra_tui.usecases import configure, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.errors import Invalid
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        with store.read() as tx:
            was = configure.find_project(tx, key)
        current = {"key": was.key, "name": was.name, "archived": was.archived}
        project, mistakes = records.read_project(current | given, was)
        if mistakes:
            raise Invalid(mistakes)
        configure.save_project(store, project, was=was, default=default, who=who())
    return _told(args, project, word)


def _told(args: Namespace, project: "Project", word: str) -> int:
    from allegra_tui.commands import output

    if args.json:
        output.emit(_json(project))
    else:
        output.say(f"project {project.key} {word}")
    return ExitCode.DONE


def _add_keys(parser: Parser) -> None:
    parser.add_argument("keys", nargs="+", metavar="KEY")


def _json(project: "Project") -> dict[str, object]:
    return {"key": project.key, "name": project.name, "archived": project.archived}


def _mark(project: "Project", default: str | None) -> str:
    if project.archived:
        return "archived"
    return "default" if project.key == default else " "
