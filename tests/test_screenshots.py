"""The stored pictures: one of every screen, and nothing in them that is loaded from elsewhere or tells of a machine."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from allegra_tui.console.screens import PLACES
from tests.screenshots import DIRECTORY

PICTURES = sorted(DIRECTORY.glob("*.svg"))


def test_every_screen_has_its_picture() -> None:
    assert {file.stem for file in PICTURES} == {place.name for place in PLACES} | {"audit", "issues-80x24"}


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_a_picture_stands_alone(file: Path) -> None:
    svg = file.read_text(encoding="utf-8")
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert re.findall(r"@font-face|url\((?!#)|href=", svg) == []
    assert set(re.findall(r"font-family:\s*([^;\"]+)", svg)) == {"monospace"}


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_a_picture_tells_nothing_of_the_machine_it_was_made_on(file: Path) -> None:
    words = "".join(ET.fromstring(file.read_text(encoding="utf-8")).itertext())
    assert "allegra-tui" in words
    assert re.findall(r"/tmp|/root|/home|/work|allegra-tui-demo-", words) == []


def test_the_readme_shows_pictures_that_exist() -> None:
    readme = (DIRECTORY.parent / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\((screenshots/[^)]+)\)", readme)
    assert len(shown) == 3
    assert all((DIRECTORY.parent / name).is_file() for name in shown)
