"""The house: arrows between the packages point one way, and what answers at once imports nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "allegra_tui"
LEAVES = {"address", "disguise", "model", "paths", "secrets", "text"}
BELOW = {
    "model": set(),
    "text": set(),
    "paths": set(),
    "secrets": {"model"},
    "address": {"model"},
    "disguise": set(),
    "mail": LEAVES,
    "policy": LEAVES,
    "sources": LEAVES,
    "store": LEAVES,
    "usecases": LEAVES | {"mail", "policy", "sources", "store"},
    "commands": LEAVES | {"usecases", "demo", "console"},
    "console": LEAVES | {"usecases", "commands"},
    "demo": LEAVES | {"usecases", "store", "commands"},
}
"""What each part may import beside itself. The four below the use cases do not know each other."""
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in LEAVES)


def part(path: Path) -> str:
    """Name the part of the house a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Find the modules a file names, wherever in it and also where only the type checker looks."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    allowed = BELOW[part(path)] | {part(path), "__version__"}
    names = {name for name in imported(path) if name.startswith("allegra_tui.")}
    # A Store is what the use cases are handed; to whoever holds one it means nothing more.
    ours = {name.split(".")[1] for name in names if name != "allegra_tui.store.Store"}
    assert ours - allowed == set()


def test_textual_is_for_the_console_alone_and_sql_for_the_store() -> None:
    textual, sql = set(), set()
    for path in FILES:
        roots = {name.split(".")[0] for name in imported(path)}
        textual |= {part(path)} if roots & {"textual", "rich"} else set()
        sql |= {part(path)} if roots & {"sqlmodel", "sqlalchemy", "alembic", "sqlite3"} else set()
    assert textual <= {"console"}
    assert sql == {"store"}


UNCHECKED = {"CERT_NONE", "CERT_OPTIONAL", "check_hostname", "verify_mode", "_create_unverified_context"}
CONTEXTS = {"SSLContext", "create_default_context", "_create_default_https_context", "wrap_socket"}
OTHER_WAYS = {"IMAP4_SSL", "POP3_SSL", "HTTPSConnection", "urlopen", "SMTP_SSL", "starttls", "stls"}
"""Ways to TLS that would make contexts of their own."""


def names_in(node: ast.AST) -> set[str]:
    """Find every name and attribute that code uses."""
    found = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    return found | {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def test_one_module_makes_tls_contexts_and_checking_cannot_be_switched_off() -> None:
    made = {}
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used = names_in(tree) | {name.split(".")[-1] for name in imported(path)}
        if used & (UNCHECKED | CONTEXTS | OTHER_WAYS):
            made[str(path.relative_to(PACKAGE))] = used & (UNCHECKED | CONTEXTS | OTHER_WAYS)
    # What the annotations of a wire and of handshakes name is no context.
    assert set(made) == {"sources/tls.py"}
    functions = {
        node.name: node
        for node in ast.parse((PACKAGE / "sources/tls.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    lax = {name for name, node in functions.items() if names_in(node) & UNCHECKED}
    assert lax == {"_reading"}
    # Such a context ends in a pin that is compared, or in a handshake that never succeeds.
    assert {name for name, node in functions.items() if "_reading" in names_in(node)} == {"look", "_pinned"}


HEAVY = ("sqlmodel", "sqlalchemy", "alembic", "textual", "rich", "cryptography", "regex", "imapclient", "oauthlib")


def modules_after(*arguments: str) -> set[str]:
    """Run the program in a child and return the modules it imported."""
    program = (
        "import sys\n"
        "from allegra_tui.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('\\n'.join(['MODULES', *sys.modules]))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return set(child.stdout.split("MODULES\n")[1].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["nonsense"], ["issues", "--help"], ["fetch", "--json", "--nonsense"]]
)
def test_help_version_and_usage_errors_import_nothing_heavy(arguments: list[str]) -> None:
    modules = modules_after(*arguments)
    assert "allegra_tui.commands.declare" in modules
    assert modules & set(HEAVY) == set()


def test_headless_commands_import_no_console(tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(b"From: a@b.de\n\nx\n")
    data = ["--data-dir", str(tmp_path / "data")]
    for arguments in (["projects", "add", "X"], ["status"], ["explain", str(tmp_path / "mail.eml")]):
        modules = modules_after(*data, *arguments)
        assert "allegra_tui.usecases" in modules
        assert {"textual", "rich", "alembic"} & modules <= ({"alembic"} if arguments[0] == "projects" else set())


def test_opening_an_existing_database_imports_no_migrations(tmp_path: Path) -> None:
    data = ["--data-dir", str(tmp_path / "data")]
    assert "alembic" in modules_after(*data, "projects", "add", "X")
    assert "alembic" not in modules_after(*data, "projects", "list")
