"""Files that people send: sound ones, and those that lie, break, or would harm somebody."""

import zipfile
import zlib
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image, PngImagePlugin

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(200)
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(100)
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom" + bytes(100)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(100)
OGG = b"OggS\x00\x02" + bytes(100)
GPS = 0x8825


def ebml(doc_type: bytes) -> bytes:
    """The head of a file of EBML with this DocType."""
    version, doc = b"\x42\x86\x81\x01", b"\x42\x82" + bytes([0x80 + len(doc_type)]) + doc_type
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 + len(version + doc)]) + version + doc + bytes(100)


def box(kind: bytes, *content: bytes, is_long: bool = False) -> bytes:
    """A box of ISO base media."""
    body = b"".join(content)
    if is_long:
        return (1).to_bytes(4, "big") + kind + (len(body) + 16).to_bytes(8, "big") + body
    return (len(body) + 8).to_bytes(4, "big") + kind + body


POINT = b"+44.3687-072.2048/"


def film_with_place(brand: bytes, version: bytes) -> bytes:
    """A film that tells in each known way where it was made; `version` stands in its `meta`."""
    names = (b"com.apple.quicktime.make", b"com.apple.quicktime.location.ISO6709")
    keys = [box(b"mdta", name) for name in names]
    handler = box(b"hdlr", bytes(8), b"mdta", bytes(13))
    items = [
        box(number.to_bytes(4, "big"), box(b"data", bytes(8), value))
        for number, value in enumerate((b"Maker", POINT), 1)
    ]
    count = bytes(4) + len(names).to_bytes(4, "big")
    meta = box(b"meta", version, handler, box(b"keys", count, *keys), box(b"ilst", *items))
    place = box(b"\xa9xyz", b"\x00\x12\x15\xc7", POINT)
    told = box(b"udta", place, box(b"loci", bytes(6), b"Peacham", POINT), bytes(4))
    track = box(b"trak", box(b"tkhd", bytes(84)), box(b"udta", place))
    return b"".join(
        [
            box(b"ftyp", brand, bytes(4), brand),
            box(b"mdat", b"frames" * 20_000, is_long=True),
            box(b"moov", box(b"mvhd", bytes(100)), track, told, meta),
            box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), b"<x/>", POINT),
        ]
    )


def _scene() -> Image.Image:
    drawn = Image.effect_mandelbrot((40, 30), (-2, -1, 1, 1), 50)
    turned = drawn.transpose(Image.Transpose.ROTATE_180)
    return Image.merge("RGB", (drawn, turned, drawn))


# So uneven that a format that loses detail loses some each time.
SCENE = _scene()


def picture(
    format_: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any
) -> bytes:
    written = BytesIO()
    whole = Image.new("RGB", size, (180, 90, 40))
    whole.paste(SCENE)
    whole.convert(mode).save(written, format_, **options)
    return written.getvalue()


CAMERA = b"Camera of somebody"


def camera(orientation: int = 1) -> bytes:
    """EXIF that tells what a picture was taken with, and how it was held."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = CAMERA.decode(), orientation
    return exif.tobytes()


def png_of_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", PLACE.decode())
    return picture("PNG", pnginfo=words)


def photo_with_segment(marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment after its head."""
    whole = picture("JPEG")
    return (
        whole[:20] + bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body + whole[20:]
    )


def photo_with_place() -> bytes:
    """A JPEG that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(GPS)[1] = "N"
    return picture("JPEG", exif=exif)


PLACE = b"Barn in Peacham"


def photo_of_two_pictures(place_in: str) -> bytes:
    """A JPEG with a second picture behind it (CIPA DC-007), as phones write it."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    tells: dict[str, Any] = {"exif": exif.tobytes()}
    second = Image.new("RGB", (20, 15))
    second.encoderinfo = tells if place_in == "second" else {}
    options = tells if place_in == "first" else {}
    return picture("MPO", save_all=True, append_images=[second], **options)


def bomb() -> bytes:
    """The head of a PNG of 100,000 by 100,000 pixels."""
    whole = picture()
    size = (100_000).to_bytes(4, "big")
    header = whole[12:16] + size + size + whole[24:29]
    return whole[:12] + header + zlib.crc32(header).to_bytes(4, "big") + whole[33:]


def pdf(*, harms: bool = False, password: str = "") -> bytes:
    """A PDF of one page; `harms` adds a script, an attachment and an action that runs a program."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    if harms:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = script
        document.attachments["virus.exe"] = b"MZ"
        runs = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 10, 10],
            A=document.make_indirect(runs),
        )
        film = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia)
        opens = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://a.example", Next=script)
        leads = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 10, 10],
            A=document.make_indirect(opens),
            AA=pikepdf.Dictionary(E=script),
        )
        inline = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 10, 10],
            A=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(2)"),
        )
        notes = [*(document.make_indirect(one) for one in (note, film, leads)), inline]
        page.Annots = pikepdf.Array(notes)
        document.Root.AcroForm = pikepdf.Dictionary(XFA="<form/>", Fields=pikepdf.Array())
    written = BytesIO()
    encryption = pikepdf.Encryption(owner="o", user=password) if password else False
    document.save(written, encryption=encryption)
    return written.getvalue()


AUTHOR = "Max Secret"


def pdf_of_author() -> bytes:
    """A PDF that tells who made it in each known way, and holds a field of a form."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    with document.open_metadata() as told:
        told["dc:creator"] = [AUTHOR]
    document.docinfo["/Author"] = AUTHOR
    page.PieceInfo = pikepdf.Dictionary(Draw=pikepdf.Dictionary(Private=pikepdf.String(AUTHOR)))
    page.Resources.Properties = pikepdf.Dictionary(
        P=pikepdf.Dictionary(Metadata=document.make_stream(AUTHOR.encode()))
    )
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Text,
        Rect=[0, 0, 9, 9],
        T=AUTHOR,
        Contents="!",
    )
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[0, 0, 9, 9], T="Answer"
    )
    notes = [document.make_indirect(note), document.make_indirect(field)]
    page.Annots = pikepdf.Array(notes)
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(notes[1:]))
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def docx_of_author() -> bytes:
    """A document that tells who made it, and so do the figures of its chart."""
    told = f"<x><creator>{AUTHOR}</creator></x>".encode()
    parts = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "a/b.psmdcp")
    properties = dict.fromkeys(parts, told)
    figures = docx(**{"xl/workbook.xml": b"<workbook/>", **properties})
    return docx(**properties, **{"word/embeddings/Figures.xlsx": figures})


def office_of_author(part: str) -> bytes:
    """A sheet or a presentation, by its main part, that tells who made it."""
    told = f"<x><creator>{AUTHOR}</creator></x>".encode()
    entries = {"[Content_Types].xml": b"<Types/>", part: b"<x/>", "docProps/core.xml": told}
    return package(**entries)


def odt_of_author(kind: str = "text") -> bytes:
    told = f"<x><creator>{AUTHOR}</creator></x>".encode()
    return odt(kind, **{"meta.xml": told, "Object 1/meta.xml": told})


def locked_odt() -> bytes:
    """An OpenDocument whose content only a password opens."""
    manifest = b'<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry>'
    return odt(**{"META-INF/manifest.xml": manifest + b"</manifest>"})


def pdf_that_leads_to(address: str) -> bytes:
    """A PDF of one page with a link."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    opens = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(address))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 10, 10], A=opens
    )
    page.Annots = pikepdf.Array([note])
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def package(**entries: bytes) -> bytes:
    """A ZIP with these entries; `__` in a name stands for `/`, `_dot_` for a dot."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in entries.items():
            zipped.writestr(name.replace("_dot_", ".").replace("__", "/"), content)
    return written.getvalue()


def docx(types: bytes = b"<Types/>", **more: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("[Content_Types].xml", types)
        zipped.writestr("word/document.xml", b"<document/>")
        for name, content in more.items():
            zipped.writestr(name, content)
    return written.getvalue()


def with_renamed_macros(encoding: str = "utf-8") -> bytes:
    """A document whose macros are called otherwise; only its table of types tells."""
    kind = "application/vnd.ms-office.vbaProject"
    types = f'<Types><Override PartName="/word/a.dat" ContentType="{kind}"/></Types>'
    return docx(**{"word/a.dat": b"x"}, types=types.encode(encoding))


def odt(kind: str = "text", /, **more: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        zipped.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        zipped.writestr("content.xml", b"<office/>")
        for name, content in more.items():
            zipped.writestr(name, content)
    return written.getvalue()


def zip_bomb() -> bytes:
    """A document that would be 600 MB, in well under one."""
    return docx(**{f"word/media/{number}.bin": bytes(60 << 20) for number in range(10)})


def animation(
    format_: str = "GIF", frames: int = 3, size: tuple[int, int] = (20, 20), **options: Any
) -> bytes:
    """A picture of some frames."""
    pictures = [Image.new("L", size, 80 * number % 256) for number in range(frames)]
    written = BytesIO()
    pictures[0].save(written, format_, save_all=True, append_images=pictures[1:], **options)
    return written.getvalue()


def long_pdf(pages: int) -> bytes:
    """A PDF of so many empty pages."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(100, 100))
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def damaged_odt() -> bytes:
    """A document whose first entry cannot be unpacked."""
    whole = odt()
    at = whole.index(b"application/vnd")
    return whole[:8] + b"\x08\x00" + whole[10:at] + b"\xff" * 8 + whole[at + 8 :]
