"""Cells of the CSV files we give: a spreadsheet shows them and does not run them (OWASP, CSV injection)."""

# The signs of a formula and their full-width twins, and what a spreadsheet may pass over before one.
RUNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "\0")


def harmless(cell: str) -> str:
    """A text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(RUNS) else cell


def as_written(cell: str) -> str:
    """The text that `harmless` was given, when a file of ours comes back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUNS) else cell
