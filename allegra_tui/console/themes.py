"""The colours of the console. The own themes use colours of the 256-colour palette, so that SSH shows them as meant."""

from textual.theme import BUILTIN_THEMES, Theme

from allegra_tui.console.terminal import TerminalError, has_few_colours

DARK = Theme(
    name="allegra-dark",
    primary="#5f87af",
    secondary="#5f87af",
    accent="#d7af5f",
    warning="#d7af5f",
    error="#d75f5f",
    success="#87af5f",
    foreground="#d0d0d0",
    background="#121212",
    surface="#121212",
    panel="#262626",
    variables={
        "block-cursor-background": "#005f87",
        "block-cursor-foreground": "#eeeeee",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#303030",
        "footer-key-foreground": "#d7af5f",
    },
)
LIGHT = Theme(
    name="allegra-light",
    primary="#005f87",
    secondary="#005f87",
    accent="#875f00",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    foreground="#262626",
    background="#ffffff",
    surface="#ffffff",
    panel="#e4e4e4",
    dark=False,
    variables={
        "block-cursor-background": "#afd7ff",
        "block-cursor-foreground": "#121212",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#dadada",
        "footer-key-foreground": "#875f00",
    },
)
OWN = (DARK, LIGHT)
NAMES = tuple(theme.name for theme in OWN) + tuple(BUILTIN_THEMES)
ANSI = "ansi-dark"


def choose(wanted: str | None) -> str:
    """Return the theme to start with: the one wanted, else one that suits the terminal. Raises `TerminalError`."""
    if wanted is None:
        return ANSI if has_few_colours() else DARK.name
    if wanted not in NAMES:
        raise TerminalError(f"there is no theme {wanted!r}: choose one of {', '.join(NAMES)}")
    return wanted
