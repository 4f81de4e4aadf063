"""Scans of paper: which files are accepted, who uploads them, who sees them."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from plp_api.foundation import clock
from plp_api.foundation.files import storage
from tests.client import Client, code, pointers
from tests.world import World

Send = Callable[..., Any]


def pdf(**encrypted: str) -> bytes:
    made, written = PdfWriter(), BytesIO()
    made.add_blank_page(612, 792)
    if encrypted:
        made.encrypt(encrypted["password"], algorithm="RC4-128")
    made.write(written)
    return written.getvalue()


def pdf_under_a_newer_cipher() -> bytes:
    """A PDF encrypted with AES-256, for which no key is known here."""
    long, short, least = (b"<" + b"0" * digits + b">" for digits in (96, 64, 32))
    lock = (
        b"<</Filter/Standard/V 5/R 6/Length 256/O %s/U %s/OE %s/UE %s/Perms %s/P -1"
        b"/CF<</StdCF<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>/StmF/StdCF/StrF/StdCF>>"
    )
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        lock % (long, long, short, short, least),
    ]
    written, places = BytesIO(), []
    written.write(b"%PDF-2.0\n")
    for number, part in enumerate(parts, 1):
        places.append(b"%010d 00000 n \n" % written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    start = written.tell()
    table = b"xref\n0 5\n0000000000 65535 f \n%s" % b"".join(places)
    trailer = b"trailer\n<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF"
    written.write(table + trailer % start)
    return written.getvalue()


def picture(kind: str, **how: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 20), "white").save(written, kind, **how)
    return written.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhoneMaker"
    exif[0x0112] = 6
    return picture("JPEG", exif=exif, comment=b"SecretComment")


@pytest.fixture
def files(app: Any) -> Callable[[], set[str]]:
    """The names of all stored files."""
    folder = app.settings.data_dir / "files"

    def found() -> set[str]:
        return {str(one.relative_to(folder)) for one in Path(folder).rglob("*") if one.is_file()}

    return found


@pytest.fixture
def send(client: Client, world: World, in_force: str) -> Send:
    """Sends a scan as the registrar; keywords change the form."""

    def sent(content: bytes, by: str = "registrar", **changed: str) -> Any:
        form = {
            "person_id": str(world.home.parent.id),
            "role": "parent",
            "signed_on": clock.today().isoformat(),
            "language": "en",
            "identity_check": "known_in_person",
            **changed,
            "file": (BytesIO(content), "scan"),
        }
        return client.as_(getattr(world.home, by)).post(
            f"{in_force}/scans", data=form, content_type="multipart/form-data"
        )

    return sent


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pdf(), "application/pdf"),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
    ],
    ids=["pdf", "png", "jpeg"],
)
def test_a_scan_is_a_signature_on_paper(
    send: Send, client: Client, world: World, in_force: str, content: bytes, media_type: str
) -> None:
    answer = send(content)
    assert answer.status_code == 201, answer.json
    assert answer.json["media_type"] == media_type
    registrar = client.as_(world.home.registrar)
    served = registrar.get(f"/scans/{answer.json['id']}/content")
    assert served.mimetype == media_type
    assert hashlib.sha256(served.data).hexdigest() == answer.json["sha256"]
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Cache-Control"] == "no-store"
    listed = registrar.read(f"{in_force}/signatures")["items"]
    mine = next(one for one in listed if one["role"] == "parent")
    assert mine["method"] == "paper"


def test_of_a_pdf_only_what_is_seen_is_kept(send: Send, client: Client, world: World) -> None:
    made, written = PdfWriter(), BytesIO()
    page = made.add_blank_page(612, 792)
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('hello');")}
    action = DictionaryObject({NameObject(name): value for name, value in script.items()})
    made.root_object[NameObject("/OpenAction")] = action
    made.add_attachment("roster.csv", b"Ann,Alder")
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    page[NameObject("/PresSteps")] = DictionaryObject({NameObject("/NA"): action})
    stream = StreamObject()
    stream.set_data(b"hidden payload")
    page[NameObject("/AF")] = ArrayObject([made._add_object(stream)])
    form = StreamObject()
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/PieceInfo")] = DictionaryObject(
        {NameObject("/Tool"): TextStringObject("Bobby Beech")}
    )
    drawn = DictionaryObject({NameObject("/Fm0"): made._add_object(form)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): drawn})
    made.add_metadata({"/Author": "Ann Alder"})
    made.write(written)
    assert b"JavaScript" in written.getvalue()
    answer = send(written.getvalue())
    assert answer.status_code == 201, answer.json
    kept = client.as_(world.home.registrar).get(f"/scans/{answer.json['id']}/content").data
    traces = (b"JavaScript", b"app.alert", b"EmbeddedFile", b"roster.csv", b"Ann Alder")
    for trace in (*traces, b"hidden payload", b"Bobby Beech", b"PresSteps"):
        assert trace not in kept
    root = PdfReader(BytesIO(kept)).root_object
    assert {"/Names", "/OpenAction", "/AA", "/AcroForm"}.isdisjoint(root)
    assert len(PdfReader(BytesIO(kept)).pages) == 1


def test_a_pdf_with_layers_is_refused_for_one_might_be_hidden(send: Send) -> None:
    made, written = PdfWriter(), BytesIO()
    made.add_blank_page(612, 792)
    made.root_object[NameObject("/OCProperties")] = DictionaryObject()
    made.write(written)
    refused = send(written.getvalue())
    assert refused.status_code == 422
    assert "layers" in refused.json["errors"][0]["detail"]


def test_what_a_tool_drew_upon_a_pdf_is_kept_without_what_acts(
    send: Send, client: Client, world: World
) -> None:
    made, written = PdfWriter(), BytesIO()
    page = made.add_blank_page(612, 792)
    drawing = StreamObject()
    drawing.set_data(b"0 0 m 99 99 l S % INK")
    kinds = ("/Ink", "/Link", "/FileAttachment")
    page[NameObject("/Annots")] = ArrayObject(
        DictionaryObject(
            {
                NameObject("/Subtype"): NameObject(kind),
                NameObject("/Contents"): TextStringObject("secret"),
                NameObject("/AP"): DictionaryObject({NameObject("/N"): drawing}),
            }
        )
        for kind in kinds
    )
    made.write(written)
    answer = send(written.getvalue())
    assert answer.status_code == 201, answer.json
    kept = client.as_(world.home.registrar).get(f"/scans/{answer.json['id']}/content").data
    first: Any = PdfReader(BytesIO(kept)).pages[0]
    (drawn,) = first["/Annots"]
    assert drawn.get_object()["/Subtype"] == "/Ink"
    assert b"INK" in drawn.get_object()["/AP"]["/N"].get_object().get_data()
    assert b"secret" not in kept


def test_what_a_camera_noted_is_not_kept_and_the_picture_stays_upright(
    send: Send, client: Client, world: World
) -> None:
    made = send(photo_with_place()).json
    served = client.as_(world.home.registrar).get(f"/scans/{made['id']}/content").data
    assert b"Secret" not in served
    with Image.open(BytesIO(served)) as kept:
        assert kept.size == (20, 40)
        assert not kept.getexif()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just words",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7 and then nothing",
        pdf()[: len(pdf()) // 2],
        pdf(password="x"),
        pdf_under_a_newer_cipher(),
        picture("PNG")[:60],
        b"\xff\xd8\xff" + b"\x00" * 99,
        picture("GIF"),
        b"PK\x03\x04" + b"\x00" * 99,
    ],
    ids=[
        "empty",
        "words",
        "html",
        "no-pdf",
        "half-pdf",
        "locked-pdf",
        "locked-by-aes-256",
        "half-png",
        "no-jpeg",
        "gif",
        "zip",
    ],
)
def test_what_is_no_scan_is_refused_at_the_file_and_nothing_is_kept(
    send: Send, client: Client, world: World, in_force: str, files: Any, content: bytes
) -> None:
    before = files()
    refused = send(content)
    assert refused.status_code == 422
    assert pointers(refused) == {"/file"}
    assert files() == before
    registrar = client.as_(world.home.registrar)
    assert registrar.read(f"{in_force}/scans")["items"] == []
    roles = {one["role"] for one in registrar.read(f"{in_force}/signatures")["items"]}
    assert "parent" not in roles


def test_a_second_paper_of_one_person_leaves_no_file_behind(send: Send, files: Any) -> None:
    assert send(pdf()).status_code == 201
    before = files()
    assert code(send(pdf())) == "signature_exists"
    assert files() == before


def test_a_file_goes_again_where_its_transaction_fails(
    send: Send, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, content: bytes) -> None:
        put(name, content)
        raise OSError("the database went away")

    put = storage.put
    monkeypatch.setattr(storage, "put", full)
    before = files()
    assert send(pdf()).status_code == 500
    assert files() == before


def test_a_scan_too_large_is_refused(send: Send, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "settings", replace(app.settings, scan_limit=1000))
    assert pointers(send(b"%PDF-" + b"0" * 1000)) == {"/file"}
    assert code(send(b"%PDF-" + b"0" * (80 << 10))) == "body_too_large"


@pytest.mark.parametrize("days", [-1, 1])
def test_a_paper_bears_a_day_on_which_the_version_was_in_force(send: Send, days: int) -> None:
    day = clock.today() + timedelta(days=days)
    assert pointers(send(pdf(), signed_on=day.isoformat())) == {"/signed_on"}


def test_a_parent_who_does_not_decide_signs_on_no_paper(send: Send, world: World) -> None:
    refused = send(pdf(), person_id=str(world.home.inspecting_parent.id))
    assert pointers(refused) == {"/person_id"}


def test_a_form_without_a_file_names_what_is_missing(
    client: Client, world: World, in_force: str
) -> None:
    refused = client.as_(world.home.registrar).post(
        f"{in_force}/scans", data={"role": "parent"}, content_type="multipart/form-data"
    )
    assert refused.status_code == 422


@pytest.mark.parametrize("who", ["inspecting_parent", "denied_parent", "student", "other_advisor"])
def test_the_other_parent_and_the_student_see_nothing_of_a_parent_s_paper(
    send: Send, client: Client, world: World, in_force: str, who: str
) -> None:
    made = send(pdf()).json
    reader = client.as_(getattr(world.home, who))
    assert reader.get(f"/scans/{made['id']}").status_code == 404
    assert reader.get(f"/scans/{made['id']}/content").status_code == 404
    listed = reader.get(f"{in_force}/scans")
    assert listed.status_code == 404 or listed.json["items"] == []


@pytest.mark.parametrize("who", ["parent", "registrar", "advisor", "counselor", "school_admin"])
def test_the_signer_and_the_school_see_a_paper(
    send: Send, client: Client, world: World, in_force: str, who: str
) -> None:
    made = send(pdf()).json
    reader = client.as_(getattr(world.home, who))
    assert reader.get(f"/scans/{made['id']}/content").status_code == 200
    assert [one["id"] for one in reader.read(f"{in_force}/scans")["items"]] == [made["id"]]


def test_papers_are_found_by_whose_they_are_and_since_when(
    send: Send, client: Client, world: World, in_force: str
) -> None:
    made = send(pdf()).json
    registrar = client.as_(world.home.registrar)
    for asked, wanted in (
        (f"role=parent&person_id={world.home.parent.id}", [made["id"]]),
        ("role=student", []),
        (f"updated_since={made['created_at']}", [made["id"]]),
        ("updated_since=2999-01-01T00:00:00Z", []),
    ):
        found = registrar.read(f"{in_force}/scans?{asked}")["items"]
        assert [one["id"] for one in found] == wanted, asked
    refused = registrar.get(f"{in_force}/scans?sha256={made['sha256']}")
    assert (refused.status_code, pointers(refused)) == (422, {"sha256"})


def test_no_word_of_a_broken_file_stands_in_the_log(
    send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    content = pdf().replace(b"/Type /Page", b"/Type /Zebulon (", 1)
    assert send(content).status_code == 422
    assert "Zebulon" not in caplog.text
    assert not caplog.records
