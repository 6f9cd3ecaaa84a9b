"""The style sheets of the console, parsed once each.

Textual parses all of them anew whenever a screen is shown for the first time, several times over: a third of what a
first visit costs, on the event loop.
"""

from collections.abc import Mapping

from textual.css.stylesheet import Stylesheet


class ParsedOnce(Stylesheet):
    """Parses a sheet again only where the variables of the theme changed."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._given: Mapping[str, str] = variables

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the theme's variables; what is known is forgotten if they are others."""
        if variables != self._given:
            self._given = variables
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is not known yet."""
        self.parse()
