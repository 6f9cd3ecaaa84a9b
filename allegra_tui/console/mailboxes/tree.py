"""The tree of mailboxes: the global ones, then each project with its own."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from allegra_tui.console.mailboxes import words
from allegra_tui.text import cells, clip, display
from allegra_tui.usecases.browse_mailboxes import MailboxView, Overview

Spot = tuple[str | None, int]
"""A line of the tree: the project's key, None for the global ones, and the mailbox's id, 0 for the project itself."""
_NAME = 24
_GUIDES = 5


class MailboxTree(Tree[Spot]):
    """State in glyph and word, name, and what is read."""

    ICON_NODE = "> "
    ICON_NODE_EXPANDED = "v "
    DEFAULT_CSS = """
    MailboxTree { width: 1fr; height: 1fr; }
    MailboxTree, MailboxTree:focus { background: $background; background-tint: $background 0%; }
    MailboxTree > .tree--guides, MailboxTree > .tree--guides-selected { color: $text-muted; text-style: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "down", id="tree.down", tooltip="Next line", show=False),
        Binding("up,k", "cursor_up", "up", id="tree.up", tooltip="Previous line", show=False),
        Binding("pagedown,ctrl+d", "page_down", "page down", id="tree.page_down", tooltip="A page down", show=False),
        Binding("pageup,ctrl+u", "page_up", "page up", id="tree.page_up", tooltip="A page up", show=False),
        Binding("home,g", "scroll_home", "first", id="tree.first", tooltip="First line", show=False),
        Binding("end,G", "scroll_end", "last", id="tree.last", tooltip="Last line", show=False),
        Binding("enter", "select_cursor", "open", id="tree.open", tooltip="Open the mailbox, or fold the project"),
        Binding("space", "toggle_node", "fold", id="tree.fold", tooltip="Fold or unfold the project", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(Text("mailboxes"))
        self.show_root = False
        self.guide_depth = 3
        self._overview: Overview | None = None
        self._folded: set[str | None] = set()

    @property
    def is_filled(self) -> bool:
        """Whether it is known which mailboxes there are."""
        return self._overview is not None

    @property
    def spot(self) -> Spot | None:
        """Where the cursor is."""
        node = self.cursor_node
        return node.data if node is not None else None

    def show(self, overview: Overview, wanted: Spot | None = None) -> None:
        """Show these mailboxes, the cursor at `wanted`, else where it was, else on the first mailbox."""
        self._overview = overview
        self._fill(wanted or self.spot)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the lines to the width."""
        if self._overview is not None:
            self._fill(self.spot)

    def _fill(self, wanted: Spot | None) -> None:
        overview = self._overview
        assert overview is not None
        self.root.remove_children()
        self.root.expand()
        nodes: dict[Spot, TreeNode[Spot]] = {}
        by_project: dict[str | None, list[MailboxView]] = {None: []}
        by_project.update((project.key, []) for project in overview.projects)
        for view in overview.mailboxes:
            by_project.setdefault(view.mailbox.project, []).append(view)
        names = {project.key: project.name for project in overview.projects}
        longest = max((cells(display(view.mailbox.name)) for view in overview.mailboxes), default=0)
        for key, views in by_project.items():
            title = _global(overview) if key is None else f"{key}  {names.get(key, '(archived)')}"
            group = self.root.add(self._label(title, views), (key, 0), expand=key not in self._folded)
            group.allow_expand = bool(views)
            nodes[(key, 0)] = group
            for view in views:
                spot = (key, view.mailbox.id)
                nodes[spot] = group.add_leaf(self._line(view, min(longest, _NAME)), spot)
        last = self.last_line  # lays the lines out, so that the cursor can be set
        found = nodes.get(wanted) if wanted else None
        if found is None and wanted and wanted[1]:  # it moved to another project
            found = next((node for spot, node in nodes.items() if spot[1] == wanted[1]), None)
        found = found or next((node for spot, node in nodes.items() if spot[1]), None)
        if found is not None and last >= 0:
            self.move_cursor(found)

    def _label(self, title: str, views: Sequence[MailboxView]) -> Text:
        text = display(title) if views else f"  {display(title)}  (no mailbox of its own)"
        return Text(clip(text, max(10, self.size.width - _GUIDES)), style="bold" if views else "dim")

    def _line(self, view: MailboxView, width: int) -> Text:
        glyph, word = words.state(view)
        name = clip(display(view.mailbox.name), width)
        name += " " * (width - cells(name))
        line = f"{glyph} {word:<8}  {name}  {display(words.where(view.mailbox))}"
        return Text(clip(line, max(10, self.size.width - _GUIDES)), style="" if view.mailbox.enabled else "dim")

    def on_tree_node_collapsed(self, event: Tree.NodeCollapsed[Spot]) -> None:
        """Remember what is folded."""
        if event.node.data is not None:
            self._folded.add(event.node.data[0])

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Spot]) -> None:
        """Remember what is unfolded."""
        if event.node.data is not None:
            self._folded.discard(event.node.data[0])


def _global(overview: Overview) -> str:
    default = overview.default_project
    return f"Global: mail goes to {default}" if default else "Global: no default project is set"
