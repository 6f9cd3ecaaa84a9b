"""Arrows point one way: the console knows the use cases, and nobody but the console knows Textual."""

import ast
import subprocess
import sys
from pathlib import Path

import allegra_tui

PACKAGE = Path(allegra_tui.__file__).parent
ALLOWED = ("console", "usecases", "model", "text", "address", "disguise", "paths", "secrets")
"""`secrets` for the type of the vault; `paths` for the data directory."""


def imported(file: Path) -> set[str]:
    """Return the modules of this program that a file imports, as `usecases.browse`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "allegra_tui"
                else {node.module}
            )
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.removeprefix("allegra_tui.") for name in found if name.startswith("allegra_tui.")}


def test_the_console_imports_the_use_cases_alone() -> None:
    wrong = {
        f"{file.relative_to(PACKAGE)}: {name}"
        for file in (PACKAGE / "console").rglob("*.py")
        for name in imported(file)
        if name.split(".")[0] not in ALLOWED
    }
    assert wrong == set()


def test_only_the_console_imports_textual() -> None:
    wrong = [
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if "console" not in file.relative_to(PACKAGE).parts[:1] and "textual" in file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "textual" in ast.unparse(node)
    ]
    assert wrong == []


def test_the_frame_is_there_before_the_store_is_imported() -> None:
    code = (
        "import sys, allegra_tui.console.app; "
        "print(sorted({'sqlalchemy', 'sqlmodel', 'alembic', 'imapclient', 'regex'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
