"""The part of a text its writer wrote: without quoted history and signature."""


def visible(text: str) -> str:
    """The text without what is quoted below it and without a signature; never empty where the text is not."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.rstrip() == "--":
            lines = lines[:index]
            break
    return "\n".join(lines).strip() or text
