"""What a person called a file, made harmless for headers, archives and every file system."""

import re
import unicodedata
from pathlib import PurePosixPath

# In bytes of UTF-8. Most file systems take 255; archives and prints may add to a name.
LONGEST = 200
LONGEST_ENDING = 40
UNNAMED = "file"
# Categories of Unicode that nobody sees, or that turn the direction of what follows.
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
REFUSED = re.compile(r'[<>:"|?*]')
# Names that Windows keeps for devices, with any ending.
DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)),
    }
)


def harmless(name: str) -> str:
    """The file's own name without folders, invisible characters and device names, and short."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(char for char in base if unicodedata.category(char) not in INVISIBLE)
    plain = REFUSED.sub("_", seen).strip(" .")
    if not plain:
        return UNNAMED
    path = PurePosixPath(plain)
    stem, ending = path.stem, _cut(path.suffix, LONGEST_ENDING)
    if stem.split(".", 1)[0].strip().casefold() in DEVICES:
        stem = f"_{stem}"
    return f"{_cut(stem, LONGEST - len(ending.encode())).rstrip(' .')}{ending}"


def _cut(text: str, most: int) -> str:
    """The beginning of the text in so many bytes, without half a character at its end."""
    return text.encode()[:most].decode(errors="ignore")
