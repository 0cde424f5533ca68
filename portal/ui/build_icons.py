"""Build the icon sprite: `python portal/ui/build_icons.py FOLDER`, where FOLDER is an unpacked @tabler/icons package.

Reads the names in `icons.txt`, writes the sprite among the vendored files. Stops on a name the package lacks.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = HERE / "icons.txt"
SPRITE = HERE.parent / "static" / "vendor" / "tabler-icons" / "sprite.svg"


def names() -> list[str]:
    """The icons the pages may use, sorted."""
    return sorted(set(NAMES.read_text().split()))


def symbol(name: str, svg: str) -> str:
    """One <symbol> holding the shapes of a Tabler icon; the pen (colour, width) is left to the style sheet."""
    shapes = re.sub(r"<svg[^>]*>|</svg>|<!--.*?-->", "", svg, flags=re.DOTALL)
    shapes = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", shapes)
    shapes = re.sub(r"\s*\n\s*", "", shapes).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def build(folder: Path) -> str:
    """The sprite of all names. Raises FileNotFoundError for a name the package lacks."""
    outline = folder / "icons" / "outline"
    symbols = [symbol(name, (outline / f"{name}.svg").read_text()) for name in names()]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    SPRITE.write_text(build(Path(sys.argv[1])))
    print(f"{len(names())} icons, {SPRITE.stat().st_size} bytes")
