"""What becomes of a file that somebody sends: kept as what it is, cleaned, or refused by name."""

import hashlib
import socket
import struct
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageCms, ImageSequence

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import actions, cleaning, filenames, pictures, receiving, storage
from plp_api.foundation.files.models import FileType, StoredFile
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.models import District
from plp_api.server.app import Application
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.world import World, writing


@pytest.fixture
def send(app: Application, world: World, database: Isolated) -> Iterator[Any]:
    """Sends content as the student of the world; what is kept, or the code of the refusal."""
    home = world.home
    with settings_module.using(app.settings), writing(database, home):

        def sent(content: bytes, filename: str = "work") -> StoredFile | str:
            own = {"district_id": home.district_id, "by": home.student.id}
            try:
                return receiving.receive(
                    BytesIO(content), filename, folder="test", student_id=home.student.id, **own
                )
            except Problem as problem:
                return problem.code.wire

        yield sent


SOUND = {
    "application/pdf": samples.pdf(),
    "image/png": samples.picture("PNG"),
    "image/jpeg": samples.picture("JPEG"),
    "image/gif": samples.picture("GIF"),
    "image/webp": samples.picture("WEBP"),
    "audio/mpeg": samples.MP3,
    "audio/mp4": samples.M4A,
    "audio/wav": samples.WAV,
    "audio/ogg": samples.OGG,
    "video/mp4": samples.MP4,
    "video/webm": samples.ebml(b"webm"),
    "text/plain": "Schnee über Montpelier, 雪".encode(),
    "text/vtt": samples.VTT,
    "application/vnd.oasis.opendocument.text": samples.odt(),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": samples.docx(),
}
REFUSED = {
    "nothing": (b"", "file_empty"),
    "html": (samples.HTML, "file_type_refused"),
    "svg": (samples.SVG, "file_type_refused"),
    "a program": (samples.PROGRAM, "file_type_refused"),
    "an archive": (samples.package(a_dot_txt=b"a"), "file_type_refused"),
    "bytes": (bytes(range(256)) * 40, "file_type_refused"),
    "half a picture": (samples.picture(size=(400, 400))[:300], "file_broken"),
    "half a document": (samples.docx()[:60], "file_broken"),
    "a broken pdf": (b"%PDF-1.7\n" + bytes(300), "file_broken"),
    "a locked pdf": (samples.pdf(password="p"), "file_unsafe"),
    "a locked document": (samples.locked_odt(), "file_unsafe"),
    "a picture bomb": (samples.bomb(), "file_unsafe"),
    "a zip bomb": (samples.zip_bomb(), "file_unsafe"),
    "a pdf without end": (samples.long_pdf(501), "file_unsafe"),
    "a film without end": (samples.animation(frames=501), "file_unsafe"),
    "other Matroska": (samples.ebml(b"matroska"), "file_type_refused"),
    "a head without end": (b"\x1a\x45\xdf\xa3" + bytes(100), "file_type_refused"),
    "a strange film": (b"\x00\x00\x00\x18ftypXXXX" + bytes(50), "file_type_refused"),
    "a strange container": (b"RIFF\x24\x00\x00\x00AVI " + bytes(50), "file_type_refused"),
    "text that breaks off": ("Schnee, \u96ea".encode()[:-1], "file_type_refused"),
    "a large picture": (samples.picture("GIF", size=(9000, 7000)), "file_unsafe"),
    "a damaged document": (samples.damaged_odt(), "file_broken"),
    "many frames of many pixels": (samples.animation(size=(8000, 7000)), "file_unsafe"),
    "macros": (samples.docx(**{"word/vbaProject.bin": b"x"}), "file_unsafe"),
    "macros by another name": (samples.with_renamed_macros(), "file_unsafe"),
    "macros in other letters": (samples.with_renamed_macros("utf-16"), "file_unsafe"),
    "macros of old sheets": (samples.docx(**{"xl/macrosheets/a.xml": b"x"}), "file_unsafe"),
    "macros of OpenDocument": (samples.odt(**{"Basic/Standard/A.xml": b"x"}), "file_unsafe"),
    "scripts of OpenDocument": (samples.odt(**{"Scripts/python/a.py": b"x"}), "file_unsafe"),
    "a program in a document": (samples.docx(**{"word/embeddings/a.exe": b"MZ"}), "file_unsafe"),
}


@pytest.mark.parametrize("media_type", SOUND)
def test_a_file_is_what_its_content_is_whatever_its_name(send: Any, media_type: str) -> None:
    kept = send(SOUND[media_type], "photo.exe")
    assert kept.media_type == media_type
    content = storage.get(kept.name)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (kept.size, kept.sha256)
    assert kept.virus_check == "not_scanned"


@pytest.mark.parametrize("what", REFUSED)
def test_what_harms_breaks_or_lies_is_refused_by_name_and_leaves_nothing(
    send: Any, app: Application, what: str
) -> None:
    content, code = REFUSED[what]
    before = {*app.settings.data_dir.rglob("*")}
    assert send(content, "poem.pdf") == code
    assert {*app.settings.data_dir.rglob("*")} - before <= {app.settings.data_dir / "receiving"}


def test_a_pdf_loses_its_scripts_attachments_and_programs(send: Any) -> None:
    kept = storage.get(send(samples.pdf(harms=True)).name)
    for word in (b"JavaScript", b"app.alert", b"virus.exe", b"Launch", b"cmd.exe", b"XFA"):
        assert word not in kept
    with pikepdf.open(BytesIO(kept)) as document:
        assert len(document.pages) == 1
        assert "/OpenAction" not in document.Root
        assert len(document.attachments) == 0
        assert len(document.pages[0].Annots) == 3
        (leads,) = (note for note in document.pages[0].Annots if "/A" in note)
        assert str(leads.A.URI) == "https://a.example"
        everything = [item.unparse(resolved=True) for item in document.objects]
    assert not any(b"/Launch" in one or b"/JS" in one for one in everything)


# By the type of what is kept; each holds something to take out.
TELLING: dict[FileType, dict[str, bytes]] = {
    FileType.PDF: {"scripts": samples.pdf(harms=True), "author": samples.pdf_of_author()},
    FileType.PNG: {
        "camera": samples.picture("PNG", exif=samples.camera()),
        "words": samples.png_of_words(),
        "animation": samples.animation("PNG", exif=samples.camera()),
    },
    FileType.JPEG: {
        "place": samples.photo_with_place(),
        "comment": samples.picture("JPEG", comment=samples.PLACE),
        "upright": samples.picture("JPEG", exif=samples.camera(orientation=6)),
        "two": samples.photo_of_two_pictures("second"),
        "one behind": samples.picture("JPEG") + samples.picture("JPEG"),
        "IPTC": samples.photo_with_segment(0xED, b"Photoshop 3.0\0" + samples.PLACE),
        "XMP": samples.photo_with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
        "small picture": samples.photo_with_segment(0xE0, b"JFXX\0" + samples.PLACE),
    },
    FileType.GIF: {
        "comment": samples.picture("GIF", comment=samples.PLACE),
        "animation": samples.animation("GIF", comment=samples.PLACE),
    },
    FileType.WEBP: {
        "camera": samples.picture("WEBP", exif=samples.camera()),
        "XMP": samples.picture("WEBP", xmp=samples.PLACE),
        "animation": samples.animation("WEBP", exif=samples.camera()),
    },
    FileType.MP4: {"place": samples.film_with_place(b"mp42", bytes(4))},
    FileType.QUICKTIME: {"place": samples.film_with_place(b"qt  ", b"")},
    FileType.M4A: {"place": samples.film_with_place(b"M4A ", bytes(4))},
    FileType.DOCX: {"author": samples.docx_of_author()},
    FileType.XLSX: {"author": samples.office_of_author("xl/workbook.xml")},
    FileType.PPTX: {"author": samples.office_of_author("ppt/presentation.xml")},
    FileType.ODT: {"author": samples.odt_of_author()},
    FileType.ODS: {"author": samples.odt_of_author("spreadsheet")},
    FileType.ODP: {"author": samples.odt_of_author("presentation")},
}
TELLING_FILES = [
    pytest.param(kind, content, id=f"{kind.name} {what}")
    for kind, sent in TELLING.items()
    for what, content in sent.items()
]


def test_each_type_that_is_cleaned_is_tried() -> None:
    cleaned = {FileType.PDF, *cleaning.PICTURES, *cleaning.FILMS, *cleaning.DOCUMENTS}
    assert cleaned == TELLING.keys()
    assert cleaning.PICTURES.keys() == pictures.PARTS.keys()


@pytest.mark.parametrize(("kind", "sent"), TELLING_FILES)
def test_the_same_file_always_becomes_the_same_and_what_is_clean_stays(
    send: Any, kind: FileType, sent: bytes
) -> None:
    first = send(sent)
    content = storage.get(first.name)
    assert (first.media_type, send(sent).sha256) == (kind, first.sha256)
    assert content != sent
    for telling in (samples.PLACE, samples.POINT, samples.CAMERA):
        assert telling not in content
    assert storage.get(send(content).name) == content


ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
HARMLESS = {
    "JPEG": samples.picture("JPEG", quality=60),
    "progressive JPEG": samples.picture("JPEG", progressive=True, icc_profile=ICC),
    "JPEG in four colors": samples.picture("JPEG", mode="CMYK"),
    "JPEG with restarts": samples.picture("JPEG", size=(200, 200), restart_marker_blocks=2),
    "PNG": samples.picture("PNG", dpi=(300, 300), icc_profile=ICC),
    "PNG of few colors": samples.picture("PNG", mode="P", transparency=0),
    "moving PNG": samples.animation("PNG", duration=70),
    "GIF": samples.picture("GIF", transparency=0),
    "moving GIF": samples.animation("GIF", duration=70, loop=0),
    "WebP": samples.picture("WEBP", quality=60),
    "WebP with a profile": samples.picture("WEBP", lossless=True, icc_profile=ICC),
    "moving WebP": samples.animation("WEBP", duration=70),
    "film": samples.MP4,
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_holds_nothing_to_take_out_stays_as_it_is(send: Any, what: str) -> None:
    assert storage.get(send(HARMLESS[what]).name) == HARMLESS[what]


@pytest.mark.parametrize("format_", ["PNG", "GIF", "WEBP"])
def test_the_frames_of_an_animation_stay_as_they_are(send: Any, format_: str) -> None:
    tells: dict[str, Any] = (
        {"comment": samples.PLACE} if format_ == "GIF" else {"exif": samples.camera()}
    )
    sent = samples.animation(format_, duration=[30, 60, 90], **tells)
    kept = storage.get(send(sent).name)
    assert len(kept) < len(sent)
    with Image.open(BytesIO(sent)) as before, Image.open(BytesIO(kept)) as after:
        for frame, same in zip(*map(ImageSequence.Iterator, (before, after)), strict=True):
            assert frame.convert("RGBA").tobytes() == same.convert("RGBA").tobytes()
            assert frame.info.get("duration") == same.info.get("duration")


def test_an_animation_with_stray_bytes_keeps_its_frames(send: Any) -> None:
    sent = samples.animation("GIF", comment=samples.PLACE)
    kept = send(sent[:-1] + b"\0\0;" + samples.PLACE)
    assert storage.get(kept.name) == storage.get(send(sent).name)


def entries(package: bytes) -> Iterator[bytes]:
    """All that stands in a package, and in the documents within it."""
    with zipfile.ZipFile(BytesIO(package)) as read:
        for name in read.namelist():
            content = read.read(name)
            yield content
            if name.endswith(".xlsx"):
                yield from entries(content)


def test_a_pdf_does_not_tell_its_author(send: Any) -> None:
    sent = samples.pdf_of_author()
    with pikepdf.open(BytesIO(sent)) as before:
        assert str(before.docinfo["/Author"]) == samples.AUTHOR
    kept = storage.get(send(sent).name)
    with pikepdf.open(BytesIO(kept)) as document:
        assert "/Info" not in document.trailer
        assert "/Metadata" not in document.Root
        everything = [item.unparse(resolved=True) for item in document.objects]
        everything += [
            item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)
        ]
        note, field = document.pages[0].Annots
        assert (str(note.Contents), str(field.T)) == ("!", "Answer")
    assert not any(samples.AUTHOR.encode() in one for one in everything)


@pytest.mark.parametrize("sent", [samples.docx_of_author(), samples.odt_of_author()])
def test_a_document_does_not_tell_its_author(send: Any, sent: bytes) -> None:
    author = samples.AUTHOR.encode()
    assert any(author in one for one in entries(sent))
    kept = storage.get(send(sent).name)
    assert not any(author in one for one in entries(kept))
    with zipfile.ZipFile(BytesIO(sent)) as before, zipfile.ZipFile(BytesIO(kept)) as after:
        assert before.namelist() == after.namelist()
        assert after.testzip() is None


def test_the_figures_of_a_chart_may_stand_in_a_document(send: Any) -> None:
    assert send(samples.docx(**{"word/embeddings/Figures.xlsx": b"PK"})).size


ADDRESSES = {
    "https://a.example": True,
    "HTTP://a.example": True,
    "mailto:a@a.example": True,
    "javascript:app.alert(1)": False,
    "file:////a.example/share": False,
    " javascript:app.alert(1)": False,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_pdf_leads_only_to_the_web_mail_and_phone(send: Any, address: str) -> None:
    kept = storage.get(send(samples.pdf_that_leads_to(address)).name)
    with pikepdf.open(BytesIO(kept)) as document:
        (note,) = document.pages[0].Annots
        assert ("/A" in note) is ADDRESSES[address]


@pytest.mark.parametrize("place_in", ["first", "second"])
def test_a_phones_photo_of_two_pictures_loses_the_place_in_both(send: Any, place_in: str) -> None:
    photo = samples.photo_of_two_pictures(place_in)
    assert samples.PLACE in photo
    content = storage.get(send(photo).name)
    assert samples.PLACE not in content
    with Image.open(BytesIO(content)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (40, 30), {})


def test_a_photo_does_not_tell_where_it_was_taken(send: Any, world: World, database: Any) -> None:
    assert Image.open(BytesIO(samples.photo_with_place())).getexif().get_ifd(samples.GPS)
    kept = send(samples.photo_with_place())
    assert not Image.open(BytesIO(storage.get(kept.name))).getexif()


def test_a_district_may_keep_the_place(send: Any, world: World) -> None:
    district = db.session().get_one(District, world.home.district_id)
    district.settings = {**district.settings, "strips_photo_location": False}
    kept = send(samples.photo_with_place())
    assert Image.open(BytesIO(storage.get(kept.name))).getexif().get_ifd(samples.GPS)


FILMS = {"MP4": (b"mp42", bytes(4)), "QuickTime": (b"qt  ", b"")}


@pytest.mark.parametrize("film", FILMS)
def test_a_film_does_not_tell_where_it_was_made(send: Any, film: str) -> None:
    content = samples.film_with_place(*FILMS[film])
    assert content.count(samples.POINT) == 5
    kept = storage.get(send(content).name)
    assert samples.POINT not in kept
    assert b"Peacham" not in kept
    assert len(kept) == len(content), "nothing else may move"
    for word in (b"Maker", b"frames" * 20_000, b"tkhd", b"mvhd"):
        assert word in kept
    assert kept.count(b"free") == 5


def test_a_district_may_keep_the_place_of_a_film(send: Any, world: World) -> None:
    limit(world, strips_photo_location=False)
    content = samples.film_with_place(*FILMS["MP4"])
    assert storage.get(send(content).name) == content


MALFORMED = {
    "boxes without end": samples.box(b"free") * 100_001,
    "boxes in boxes": b"",
    "a box of no size": (4).to_bytes(4, "big") + b"moov" + samples.POINT,
    "a box beyond the end": (1 << 30).to_bytes(4, "big") + b"moov" + bytes(20),
    "keys without end": samples.box(
        b"moov", samples.box(b"meta", bytes(4), samples.box(b"keys", b"\xff" * 5000))
    ),
}
for _ in range(50):
    MALFORMED["boxes in boxes"] = samples.box(b"moov", MALFORMED["boxes in boxes"])


@pytest.mark.parametrize("what", MALFORMED)
def test_a_film_that_is_no_film_is_read_within_bounds(send: Any, what: str) -> None:
    head = samples.box(b"ftyp", b"mp42", bytes(4), b"mp42")
    found = send(head + MALFORMED[what])
    is_refused = what in ("boxes without end", "boxes in boxes")
    assert found == "file_unsafe" if is_refused else found.size == len(head + MALFORMED[what])


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\x.pdf": "x.pdf",
    "CON": "_CON",
    "lpt1.txt": "_lpt1.txt",
    "a" * 300 + ".pdf": "a" * 196 + ".pdf",
    "雪" * 300 + ".pdf": "雪" * 65 + ".pdf",
    "x" + "雪" * 300 + ".pdf": "x" + "雪" * 65 + ".pdf",
    "e\u0301" * 300 + ".pdf": "\u00e9" * 98 + ".pdf",
    "a." + "雪" * 300: "a." + "雪" * 13,
    "\ud800a.txt": "a.txt",
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "a\x00b\nc.txt": "abc.txt",
    'q"u:o?te.txt': "q_u_o_te.txt",
    " . ": "file",
    "": "file",
    "Žofie – báseň.txt": "Žofie – báseň.txt",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_harmless(send: Any, name: str) -> None:
    kept = send(b"A poem.", name).filename
    assert kept == NAMES[name]
    assert len(kept.encode()) <= filenames.LONGEST


def limit(world: World, **settings: Any) -> None:
    district = db.session().get_one(District, world.home.district_id)
    district.settings = {**district.settings, **settings}


def test_a_file_beyond_the_limit_is_refused_while_it_is_read(send: Any, world: World) -> None:
    limit(world, file_limit_mb=1)
    assert send(b"a" * (1 << 20)).size == 1 << 20
    assert send(b"a" * ((1 << 20) + 1)) == "file_too_large"


def test_the_quota_of_a_student_counts_all_their_files(send: Any, world: World) -> None:
    limit(world, file_quota_student_mb=1)
    assert send(b"a" * 700_000).size == 700_000
    assert send(b"a" * 700_000) == "quota_reached"
    assert send(b"a" * 300_000).size == 300_000


def test_the_quota_of_a_district_counts_those_of_all_students(send: Any, world: World) -> None:
    limit(world, file_quota_district_mb=1)
    assert send(b"a" * (1 << 20)).size == 1 << 20
    assert send(b"a") == "quota_reached"


def test_archives_of_what_was_sent_count_to_no_quota(send: Any, world: World) -> None:
    home = world.home
    limit(world, file_quota_district_mb=1, file_quota_student_mb=1)
    archive = StoredFile(
        district_id=home.district_id,
        student_id=home.student.id,
        name=f"exports/{home.district_id}/x",
        media_type="application/zip",
        size=5 << 30,
        sha256="0" * 64,
        uploaded_by=home.student.id,
    )
    db.session().add(archive)
    assert send(b"a" * (1 << 20)).size == 1 << 20
    assert send(b"a") == "quota_reached"


class Scanner(threading.Thread):
    """Speaks the protocol of clamd: takes one stream, and knows one virus."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(daemon=True)
        if path is None:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
            self.listener.listen()
            self.url = f"unix://{path}"
        self.answers = {True: b"stream: Eicar-Signature FOUND\0", False: b"stream: OK\0"}

    def run(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as read:
                assert read.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", read.read(4))[0]:
                    content += read.read(size)
                line.sendall(self.answers[samples.EICAR in content])


@pytest.fixture
def scanner(app: Application) -> Iterator[Scanner]:
    started = Scanner()
    started.start()
    with settings_module.using(replace(app.settings, clamd_url=started.url)):
        yield started
    started.listener.close()


def test_a_scanner_lets_sound_files_in_and_infected_ones_not(send: Any, scanner: Scanner) -> None:
    assert send(b"A poem." * 50_000).virus_check == "clean"
    assert send(samples.EICAR) == "file_infected"


def test_a_scanner_that_does_not_answer_lets_nothing_in(send: Any, scanner: Scanner) -> None:
    scanner.answers[False] = b"INSTREAM size limit exceeded. ERROR\0"
    assert send(b"A poem.") == "scanner_unavailable"
    scanner.listener.close()
    scanner.join(5)
    assert send(b"A poem.") == "scanner_unavailable"


def test_nobody_gets_the_content_of_an_infected_file(send: Any) -> None:
    kept = send(b"A poem.")
    with actions.open_content(kept) as content:
        assert content.read() == b"A poem."
    kept.virus_check = "infected"
    with pytest.raises(Problem) as refused:
        actions.open_content(kept)
    assert refused.value.code.wire == "file_quarantined"


def test_an_animation_does_not_tell_where_it_was_taken(send: Any) -> None:
    sent = samples.animation("WEBP", exif=samples.camera())
    assert b"Camera of somebody" in sent
    kept = storage.get(send(sent).name)
    assert b"Camera of somebody" not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert getattr(picture, "n_frames", 1) == 3


def test_a_file_that_unfolds_beyond_all_bounds_ends_its_own_process_alone(
    send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "MODULE", (sys.executable, "-c", "import sys; sys.exit(137)"))
    assert send(samples.pdf()) == "file_unsafe"
    slow = (sys.executable, "-c", "import time; time.sleep(60)")
    monkeypatch.setattr(cleaning, "MODULE", slow)
    monkeypatch.setattr(cleaning, "MOST_SECONDS", 0.2)
    assert send(samples.pdf()) == "file_unsafe"


def test_an_animation_and_a_drawing_stay_what_they_are(send: Any) -> None:
    kept = storage.get(send(samples.animation()).name)
    assert kept == samples.animation()


def test_a_scanner_may_be_asked_by_a_socket_of_the_machine(
    send: Any, app: Application, tmp_path: Path
) -> None:
    started = Scanner(tmp_path / "clamd.sock")
    started.start()
    with settings_module.using(replace(app.settings, clamd_url=started.url)):
        assert send(b"A poem.").virus_check == "clean"
    started.listener.close()
