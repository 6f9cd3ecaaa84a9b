"""What markers and lists found in a text that was typed to try them, in words."""

from collections.abc import Sequence

from textual.content import Content

from allegra_tui.text import display
from allegra_tui.usecases.errors import Mistake
from allegra_tui.usecases.trying import SubjectTried, TextTried


def subject_told(tried: SubjectTried) -> Content:
    """Tell which issue a subject names, and whether it answers or passes on."""
    parts: list[str | tuple[str, str]] = []
    if tried.issue is not None:
        parts.append((f"+ a comment on #{tried.issue}", "$text-success"))
    else:
        parts.append("a new issue")
    kind = "a forward" if tried.forward else ("a reply" if tried.prefixed else "neither reply nor forward")
    parts.append(f"; {kind}\n")
    for marker in tried.markers:
        if marker.title is None:
            parts.append((f"x {display(marker.text)}  there is no issue #{marker.number}\n", "$text-error"))
        else:
            parts.append(f"+ {display(marker.text)}  #{marker.number} {display(marker.title)}\n")
    if not tried.markers:
        parts.append(("no marker is found\n", "$text-muted"))
    return Content.assemble(*parts).rstrip()


def lists_told(tried: TextTried, text: str) -> Content:
    """Tell what the lists do to a text."""
    parts: list[str | tuple[str, str]] = []
    for name, pattern in (("subject", tried.subject), ("sender", tried.sender), ("body", tried.body)):
        if pattern is not None:
            parts.append((f"x as a {name}: refused by {display(pattern)}\n", "$text-error"))
    if tried.shown != text:
        parts.append(("~ as a body it is cut to: ", "$text-warning"))
        parts.append(f"{display(tried.shown)}\n")
    parts += [(f"~ {display(note)}\n", "$text-warning") for note in tried.notes]
    return Content.assemble(*parts).rstrip() if parts else Content.styled("no list minds it", "$text-muted")


def wrong(mistakes: Sequence[Mistake]) -> Content:
    """Name the first mistake, which is to be put right before anything can be tried."""
    return Content.styled(f"x {display(str(mistakes[0]))}", "$text-error")
