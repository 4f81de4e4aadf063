"""Tell the parts of a picture that draw it from those that say more, in each format.

What a format may hold beside (EXIF, XMP, IPTC, comments, a second picture, whatever follows the
end) is too much to list: listed are the parts that draw, a profile of colors among them. A part
that is not listed says more. All bounds are those of the content, so broken pictures end early.
"""

import re
from collections.abc import Callable, Iterator

from plp_api.foundation.files.models import FileType

# JPEG (ITU-T T.81, annex B): markers by their second byte.
JPEG_BEGINS, JPEG_ENDS, SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
# Frames, tables of Huffman and arithmetic codes, quantization, restarts, scans.
DRAWS_JPEG = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDD, SCAN}) - {0xC8}
# A head without a small picture in it, a profile of colors, and how colors are stored.
NAMED_JPEG = ((0xE0, b"JFIF\0", 16), (0xE2, b"ICC_PROFILE\0", 1 << 16), (0xEE, b"Adobe", 14))
# Within a scan, a zero or a restart follows each 0xFF; anything else ends it.
END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")

PNG_HEAD = 8
DRAWS_PNG = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD", b"sBIT", b"pHYs"),
        *(b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"cICP"),
        *(b"acTL", b"fcTL", b"fdAT"),
    }
)

# GIF89a: blocks by their first byte.
GIF_HEAD, IMAGE, EXTENSION, TRAILER = 13, 0x2C, 0x21, 0x3B
CONTROL = b"\x21\xf9\x04"
LOOPS = (b"\x21\xff\x0bNETSCAPE2.0\x03\x01", b"\x21\xff\x0bANIMEXTS1.0\x03\x01")
LONGEST_LOOP = 19

WEBP_HEAD, FRAME_HEAD = 12, 16
DRAWS_WEBP = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ICCP"})
# Bits of VP8X that say that EXIF and XMP follow.
SAYS_MORE = 0x08 | 0x04


def drawn(content: bytes, kind: FileType) -> bytes:
    """The parts of the content that draw the picture; the content itself if it holds no other."""
    return PARTS[kind](content)


def _jpeg(content: bytes) -> bytes:
    return JPEG_BEGINS + b"".join(_segments(content))


def _segments(content: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != JPEG_ENDS[1]:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at + 1] == SCAN:
            found = END_OF_SCAN.search(content, end)
            end = found.start() if found else len(content)
        if _draws(content[at:end]):
            yield content[at:end]
        at = end
    yield JPEG_ENDS


def _draws(segment: bytes) -> bool:
    marker, body = segment[1], segment[4:]
    return marker in DRAWS_JPEG or any(
        marker == number and body.startswith(name) and len(segment) - 2 <= most
        for number, name, most in NAMED_JPEG
    )


def _png(content: bytes) -> bytes:
    return content[:PNG_HEAD] + b"".join(_png_chunks(content))


def _png_chunks(content: bytes) -> Iterator[bytes]:
    at, name = PNG_HEAD, b""
    while at + 12 <= len(content) and name != b"IEND":
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        if name in DRAWS_PNG:
            yield content[at:end]
        at = end


def _gif(content: bytes) -> bytes:
    at = GIF_HEAD + _colors(content[10])
    return content[:at] + b"".join(_blocks(content, at)) + bytes([TRAILER])


def _colors(flags: int) -> int:
    """The bytes of the table of colors that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(content: bytes, at: int) -> Iterator[bytes]:
    while at + 10 <= len(content) and content[at] != TRAILER:
        is_image, end = content[at] == IMAGE, at + 1
        # An image: its place, its colors, the size of its codes; an extension: its kind.
        if is_image:
            end = _end_of_data(content, at + 11 + _colors(content[at + 9]))
        elif content[at] == EXTENSION:
            end = _end_of_data(content, at + 2)
        if end <= len(content) and (is_image or _moves(content[at:end])):
            yield content[at:end]
        # Readers pass over a byte that begins neither.
        at = end


def _end_of_data(content: bytes, at: int) -> int:
    """Where a row of blocks, each after its length, ends with one of no length."""
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1


def _moves(extension: bytes) -> bool:
    """Whether it says how long a frame is seen, or how often all are."""
    is_loop = extension.startswith(LOOPS) and len(extension) == LONGEST_LOOP
    return is_loop or (extension.startswith(CONTROL) and len(extension) == 8)


def _webp(content: bytes) -> bytes:
    body = b"WEBP" + b"".join(_webp_chunks(content[WEBP_HEAD : _end_of_riff(content)]))
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _end_of_riff(content: bytes) -> int:
    return 8 + int.from_bytes(content[4:8], "little")


def _webp_chunks(content: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
        if name == b"ANMF":
            body = body[:FRAME_HEAD] + b"".join(_webp_chunks(body[FRAME_HEAD:]))
        elif name == b"VP8X" and body:
            body = bytes([body[0] & ~SAYS_MORE]) + body[1:]
        elif name not in DRAWS_WEBP:
            continue
        yield name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


PARTS: dict[FileType, Callable[[bytes], bytes]] = {
    FileType.JPEG: _jpeg,
    FileType.PNG: _png,
    FileType.GIF: _gif,
    FileType.WEBP: _webp,
}
