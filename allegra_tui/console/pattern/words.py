"""What the pattern screen says in words."""

from textual.content import Content

from allegra_tui.model.verdict import Reason
from allegra_tui.text import display
from allegra_tui.usecases.playground import Asked, Look

_STEPS = {Reason.PATTERN: "the match", Reason.PATTERN_TIMEOUT: "the time limit"}


def state(seen: Look) -> Content:
    """Say whether a pattern can be used, and what it is taken for."""
    if seen.error is not None:
        return Content.assemble(("x cannot be used: ", "bold $text-error"), display(seen.error))
    if not seen.used:
        return Content.assemble(("+ usable: ", "$text-success"), "no restriction, every domain is allowed")
    if not seen.notices:
        return Content.assemble(("+ usable", "$text-success"), ", as written")
    notices = "\n".join(display(notice) for notice in seen.notices)
    return Content.assemble(("! usable, repaired: ", "$text-warning"), notices)


def why(answer: Asked) -> Content:
    """Say why an address is taken or not, and which step said no."""
    if answer.accepted:
        verdict: tuple[str, str] = ("+ taken: ", "$text-success")
    else:
        step = _STEPS.get(answer.reason, "the address") if answer.reason else "the pattern"
        verdict = (f"{'!' if answer.slow else 'x'} refused by {step}: ", "$text-error")
    late = "  Perl's plain search ran out of time." if answer.slow and answer.perl is None else ""
    return Content.assemble(verdict, display(answer.detail), (late, "$text-muted"))
