"""Take out of a film or a recording where it was made: ISO base media (MP4) and QuickTime.

Both are boxes within boxes (ISO/IEC 14496-12, 4.2). A box that tells a place becomes a `free` box
of the same size, filled with zeros, so that nothing else moves. What a track tells from moment
to moment (the GPS of an action camera) stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from plp_api.foundation.problems import Code, Problem

WITHIN = frozenset({b"moov", b"moof", b"trak", b"traf", b"udta", b"meta", b"ilst"})
"""The boxes that hold others in which a place may stand."""
# Of phones by Apple and Android, by 3GPP (TS 26.244, 8.8), and a packet of XMP.
PLACES = frozenset({b"\xa9xyz", b"loci", b"XMP_"})
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
# Keys of QuickTime metadata, like com.apple.quicktime.location.ISO6709.
OF_A_PLACE = (b"location", b"gps")
LONGEST_KEYS = 1 << 16
MOST_BOXES, DEEPEST = 100_000, 10
ZEROS = bytes(1 << 16)


@dataclass(frozen=True)
class Box:
    """A box of the file: where it begins, where its content does, and where it ends."""

    kind: bytes
    begin: int
    body: int
    end: int


@dataclass
class Film:
    """A file that is read box by box, with bounds."""

    file: BinaryIO
    left: int = field(default=MOST_BOXES)

    def boxes(self, at: int, end: int) -> Iterator[Box]:
        """The boxes between two places. Raises Problem: file_unsafe for more than any film has."""
        while at + 8 <= end:
            self.left -= 1
            if self.left < 0:
                raise Problem(Code.FILE_UNSAFE, "It has more parts than any film.")
            head = self.read(at, 16)
            size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], at + 8
            if size == 1:
                size, body = int.from_bytes(head[8:], "big"), at + 16
            ends = end if size == 0 else min(at + size, end)
            if ends < body:
                return
            yield Box(kind, at, body, ends)
            at = ends

    def read(self, at: int, size: int) -> bytes:
        """So many bytes from this place."""
        self.file.seek(at)
        return self.file.read(size)

    def blank(self, box: Box) -> None:
        """Make the box one that players skip, without its content."""
        self.file.seek(box.begin + 4)
        self.file.write(b"free")
        self.file.seek(box.body)
        for left in range(box.end - box.body, 0, -len(ZEROS)):
            self.file.write(ZEROS[:left])


def forget_place(path: Path) -> None:
    """Blank all that tells a place, in the file itself.

    Raises Problem: file_unsafe.
    """
    with path.open("r+b") as file:
        _forget(Film(file), 0, path.stat().st_size, PLACES, DEEPEST)


def _forget(film: Film, begin: int, end: int, places: frozenset[bytes], depth: int) -> None:
    if depth == 0:
        raise Problem(Code.FILE_UNSAFE, "Its parts are nested deeper than those of any film.")
    for box in film.boxes(begin, end):
        if box.kind in places or (box.kind == b"uuid" and film.read(box.body, 16) == XMP):
            film.blank(box)
        elif box.kind == b"meta":
            body = _begin_of_metadata(film, box)
            _forget(film, body, box.end, places | _keys(film, body, box.end), depth - 1)
        elif box.kind in WITHIN:
            _forget(film, box.body, box.end, places, depth - 1)


def _begin_of_metadata(film: Film, box: Box) -> int:
    """Where the boxes in `meta` begin: QuickTime has no version before them, ISO has one."""
    return box.body if film.read(box.body + 4, 4) == b"hdlr" else box.body + 4


def _keys(film: Film, begin: int, end: int) -> frozenset[bytes]:
    """The kinds of those items of QuickTime metadata that tell a place: their keys' numbers."""
    found: set[bytes] = set()
    for box in film.boxes(begin, end):
        if box.kind == b"keys":
            table = film.read(box.body + 8, min(box.end - box.body, LONGEST_KEYS))
            names = enumerate(_names(table), 1)
            found |= {n.to_bytes(4, "big") for n, name in names if _tells_place(name)}
    return frozenset(found)


def _names(table: bytes) -> Iterator[bytes]:
    at = 0
    while (size := int.from_bytes(table[at : at + 4], "big")) >= 8:
        yield table[at + 8 : at + size]
        at += size


def _tells_place(name: bytes) -> bool:
    return any(word in name.lower() for word in OF_A_PLACE)
