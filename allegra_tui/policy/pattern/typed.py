"""Whether the domain of an address being typed can still become one that a pattern accepts."""

from allegra_tui.policy.pattern.engine import ADDRESS_SECONDS, compile_nodes
from allegra_tui.policy.pattern.outline import Outline, outline
from allegra_tui.policy.pattern.tree import Tree


def domain_could_match(tree: Tree, typed: str) -> bool:
    """Say whether an alternative can still match the domain after the @, as far as it was typed.

    The engine by itself holds `.+@bosch` possible after any text, as if another @ could follow. An alternative that
    does not name its @ is held possible. Raises TimeoutError.
    """
    if "@" not in typed or tree.refers:
        return True
    return any(_could_match(outline(branch), typed) for branch in tree.branches)


def _could_match(parts: Outline, typed: str) -> bool:
    if parts.at is None:
        return True
    domain = compile_nodes(parts.domain)
    start = typed.index("@") + 1
    return domain.fullmatch(typed, pos=start, partial=True, timeout=ADDRESS_SECONDS) is not None
