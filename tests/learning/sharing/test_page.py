"""The page behind a share link: what it shows, to whom, under which name, what it leaves out."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.learning.artifacts.models import Artifact, ArtifactGroup, ArtifactPart
from plp_api.learning.sharing.models import ShareLink, ShareOpening
from plp_api.learning.showcases.models import Showcase, ShowcaseItem
from plp_api.people.consents.models import Consent
from plp_api.people.identity import throttle
from tests.client import Client
from tests.foundation.files import samples
from tests.learning.portfolio_world import add_artifact
from tests.learning.sharing.showcase_world import Holder, Show
from tests.planning.signing.conftest import Page
from tests.world import CAST, World, writing

PASSCODE = "birch river 7"


def test_the_page_shows_the_chosen_works_with_their_words(gallery: Show) -> None:
    words = gallery.shared().words()
    for part in ("My year", "What I made.", "A poem", "Snow on the barn.", "What is it?"):
        assert part in words
    for part in ("A poem on patience.", "A map", "I drew it in May.", "May 4, 2026"):
        assert part in words


def test_the_page_needs_no_script_and_is_neither_kept_framed_nor_indexed(gallery: Show) -> None:
    answer = gallery.shared().get()
    assert "<script" not in answer.text
    assert "noindex" in answer.text
    headers = answer.headers
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'self'" in policy
    assert "script-src" not in policy
    assert "Set-Cookie" not in headers


def test_what_a_student_writes_is_text_everywhere(show: Show) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    show.set(Showcase, show.id, title=evil[:200], introduction=evil)
    show.work(evil, [{"kind": "text", "title": evil, "text": evil}], words=evil)
    answer = show.shared().get()
    assert "<script" not in answer.text
    assert "onerror=alert(1)&gt;" in answer.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Please do not pass"), ("es", "no dé su dirección"), ("fr", "Merci de ne pas")],
)
def test_the_frame_speaks_the_showcase_s_language(show: Show, language: str, said: str) -> None:
    show.set(Showcase, show.id, language=language)
    answer = show.shared().get()
    assert f'<html lang="{language}">' in answer.text
    assert said in answer.text


def test_words_in_a_language_without_a_catalogue_keep_their_own(show: Show) -> None:
    show.set(Showcase, show.id, language="ne")
    answer = show.shared().get()
    assert '<html lang="en">' in answer.text
    assert '<h1 lang="ne" dir="auto">' in answer.text


@pytest.mark.parametrize(
    ("chosen", "shown", "hidden"),
    [
        ("family", "Student Of", "Chosen"),
        ("school", "Chosen Of", "Student Of"),
        ("none", None, "Of"),
    ],
)
def test_the_student_is_shown_under_the_name_that_they_chose(
    show: Show, chosen: str, shown: str | None, hidden: str
) -> None:
    show.set(Person, show.home.student.id, preferred_given_name="Chosen")
    page = Page(show.shared(name_shown=chosen).get().text)
    words = page.words + page.title
    assert shown is None or shown in words
    assert hidden not in words


def test_a_link_keeps_its_name_when_the_showcase_takes_another(show: Show) -> None:
    show.set(Person, show.home.student.id, preferred_given_name="Chosen")
    holder = show.shared()
    show.set(Showcase, show.id, name_shown="school")
    assert "Chosen" not in holder.words()


def test_neither_the_school_nor_the_file_s_own_name_is_told(gallery: Show) -> None:
    holder = gallery.shared(allows_download=True)
    gallery.set_items(allows_download=True)
    answer = holder.get()
    (part_id,) = gallery.pictures
    kept = holder.get(f"/downloads/{part_id}")
    assert kept.headers["Content-Disposition"].startswith('attachment; filename="The map.png"')
    told = answer.text + str(kept.headers) + str(holder.get(f"/files/{part_id}").headers)
    for word in ("Tamarack", "Secret"):
        assert word not in told


def test_a_draft_and_what_is_archived_are_not_shown(gallery: Show) -> None:
    holder = gallery.shared()
    (part_id,) = gallery.pictures
    assert holder.get(f"/files/{part_id}").status_code == 200
    gallery.archive("A map")
    assert "A map" not in holder.words()
    assert holder.get(f"/files/{part_id}").status_code == 404


def test_an_item_that_names_a_version_of_another_work_shows_nothing(show: Show) -> None:
    text = {"kind": "text", "text": "For nobody outside."}
    (hidden,) = show.work("Hidden", [text], is_shown=False)
    holder = show.shared()
    assert "Snow on the barn." in holder.words()
    with writing(show.database, show.home) as session:
        version_id = session.get_one(ArtifactPart, hidden).version_id
    show.set_items(version_id=version_id)
    assert "For nobody outside." not in holder.get().text


def test_a_file_comes_in_ranges_and_runs_nothing(gallery: Show) -> None:
    holder = gallery.shared()
    (part_id,) = gallery.pictures
    whole = holder.get(f"/files/{part_id}")
    assert whole.headers["Content-Type"] == "image/png"
    assert whole.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in whole.headers["Cache-Control"]
    part = holder.get(f"/files/{part_id}", headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.data) == (206, whole.data[:8])


def test_a_thumbnail_stands_in_the_page_once_it_is_made(gallery: Show) -> None:
    holder = gallery.shared()
    (part_id,) = gallery.pictures
    assert f"/files/{part_id}" in holder.get().text
    gallery.make_thumbnails()
    assert f'src="{holder.path[1:]}/thumbnails/{part_id}"' in holder.get().text
    small = holder.get(f"/thumbnails/{part_id}")
    with Image.open(BytesIO(small.data)) as picture:
        assert picture.width == 480


def test_a_film_has_captions_and_a_transcript(show: Show) -> None:
    film = show.file(samples.MP4, title="The play", alt="Two actors on a stage.")
    captions = {"kind": "captions", "upload_id": show.sent(samples.VTT), "language": "en"}
    transcript = {"kind": "transcript", "text": "Good evening.", "of_position": 1}
    parts = [film, {**captions, "of_position": 1}, transcript]
    film_id, captions_id, _ = show.work("A play", parts, kind="performance")
    holder = show.shared()
    page = holder.get().text
    assert f'/files/{captions_id}" srclang="en"' in page
    assert "Good evening." in page
    assert holder.get(f"/files/{captions_id}").data == samples.VTT
    film_answer = holder.get(f"/files/{film_id}", headers={"Range": "bytes=0-3"})
    assert (film_answer.status_code, film_answer.headers["Content-Type"]) == (206, "video/mp4")


def test_a_document_can_be_kept_only_where_link_and_item_allow_it(show: Show) -> None:
    (part_id,) = show.work("An essay", [show.file(samples.docx(), title="The essay")])
    for of_link, of_item in ((True, True), (True, False), (False, True)):
        show.set_items(allows_download=of_item)
        holder = show.shared(allows_download=of_link)
        answer = holder.get(f"/downloads/{part_id}")
        is_allowed = of_link and of_item
        assert answer.status_code == (200 if is_allowed else 404)
        assert (f"/downloads/{part_id}" in holder.get().text) == is_allowed
        assert holder.get(f"/files/{part_id}").status_code == 404


def test_an_infected_file_is_left_out(gallery: Show) -> None:
    holder = gallery.shared()
    (part_id,) = gallery.pictures
    with writing(gallery.database, gallery.home) as session:
        session.query(StoredFile).one().virus_check = "infected"
    assert str(part_id) not in holder.get().text
    assert holder.get(f"/files/{part_id}").status_code == 410


def leaves(show: Show) -> list[str]:
    (part_id,) = show.pictures
    return ["", *(f"/{one}/{part_id}" for one in ("files", "thumbnails", "downloads")), PDF]


PDF = "/showcase.pdf"


def refuse_by(show: Show, how: str) -> None:
    """Let the showcase be shown no more."""
    match how:
        case "consent":
            show.set(Consent, show.consent_id, withdrawn_at=clock.now())
        case "district":
            show.set(District, show.home.district_id, settings={})
        case "take-down":
            show.set(Showcase, show.id, status="taken_down")
        case "archive":
            show.set(Showcase, show.id, status="archived")
        case "rights":
            moved = clock.today()
            show.set(Student, show.home.student.id, rights_transfer_on=moved)
            with writing(show.database, show.home) as session:
                link = session.scalars(select(ShareLink)).one()
                link.created_at -= timedelta(days=2)


@pytest.mark.parametrize("how", ["consent", "district", "take-down", "archive", "rights"])
def test_page_files_thumbnails_and_pdf_ask_again_alike(gallery: Show, how: str) -> None:
    gallery.set_items(allows_download=True)
    gallery.make_thumbnails()
    holder = gallery.shared(allows_download=True)
    assert [holder.get(leaf).status_code for leaf in leaves(gallery)] == [200] * 5
    refuse_by(gallery, how)
    unknown = Holder(gallery.client, "//shared/" + "A" * 43)
    for leaf in leaves(gallery):
        answer = holder.get(leaf)
        assert answer.status_code == 404
        assert answer.text == unknown.get(leaf).text


def test_from_the_transfer_of_rights_a_parent_s_link_is_dead_for_good(gallery: Show) -> None:
    made = gallery.made()
    refuse_by(gallery, "rights")
    holder = gallery.holder(made)
    assert not holder.is_shown()
    gallery.consent(gallery.home.student, given_as="student")
    assert not holder.is_shown()
    assert gallery.student.read(f"/share-links/{made['id']}")["end_reason"] == "rights_transferred"
    assert gallery.shared().is_shown()


def test_asking_for_the_head_of_the_page_is_no_opening(show: Show) -> None:
    answer = show.shared().send("HEAD")
    assert (answer.status_code, answer.data) == (200, b"")
    assert kinds_opened(show) == []


def kinds_opened(show: Show) -> list[str]:
    with writing(show.database, show.home) as session:
        return sorted(session.scalars(select(ShareOpening.what)))


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}]
)
def test_fetching_ahead_gets_nothing_and_is_no_opening(
    gallery: Show, headers: dict[str, str]
) -> None:
    gallery.set_items(allows_download=True)
    gallery.make_thumbnails()
    made = gallery.made(allows_download=True)
    holder = gallery.holder(made)
    for leaf in leaves(gallery):
        answer = holder.get(leaf, headers=headers)
        assert (answer.status_code, answer.data) == (503, b"")
        assert "no-store" in answer.headers["Cache-Control"]
    assert kinds_opened(gallery) == []
    assert gallery.student.read(f"/share-links/{made['id']}")["views"] == 0
    assert holder.is_shown()


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=1-", "bytes=0-3,4-", "bytes=-5", "lines=1-"])
def test_a_file_that_is_kept_by_a_range_of_it_is_an_opening(gallery: Show, asked: str) -> None:
    gallery.set_items(allows_download=True)
    holder = gallery.shared(allows_download=True)
    (part_id,) = gallery.pictures
    for _ in range(2):
        answer = holder.get(f"/downloads/{part_id}", headers={"Range": asked})
        assert answer.status_code in (200, 206)
    assert kinds_opened(gallery) == ["file"]


def test_a_file_to_keep_and_the_pdf_are_openings(gallery: Show) -> None:
    gallery.set_items(allows_download=True)
    holder = gallery.shared(allows_download=True)
    (part_id,) = gallery.pictures
    for leaf in (f"/downloads/{part_id}", PDF, f"/files/{part_id}"):
        assert holder.get(leaf).status_code == 200
    assert kinds_opened(gallery) == ["file", "pdf"]


def test_the_pdf_shows_what_the_page_shows(gallery: Show) -> None:
    gallery.make_thumbnails()
    answer = gallery.shared(allows_download=True).get(PDF)
    assert answer.data.startswith(b"%PDF")
    with pikepdf.open(BytesIO(answer.data)) as document:
        assert document.docinfo["/Title"] == "My year"
        assert document.Root.MarkInfo.Marked
        pictures = [name for page in document.pages for name in page.get_images()]
    assert len(pictures) == 1


def test_an_address_that_is_none_breaks_neither_page_nor_pdf(show: Show) -> None:
    (part_id,) = show.work("A talk", [{"kind": "link", "url": "https://talk.example/"}])
    show.set(ArtifactPart, part_id, url="http://[x")
    holder = show.shared(allows_download=True)
    assert "http://[x" in holder.words()
    assert holder.get(PDF).data.startswith(b"%PDF")


def test_no_pdf_where_nothing_may_be_kept(gallery: Show) -> None:
    holder = gallery.shared()
    assert holder.get(PDF).status_code == 404
    assert PDF not in holder.get().text


# Passcodes.


def test_a_passcode_is_asked_for_before_anything_is_shown(gallery: Show) -> None:
    gallery.set_items(allows_download=True)
    holder = gallery.shared(passcode=PASSCODE, allows_download=True)
    answer = holder.get()
    page = Page(answer.text)
    for word in ("My year", "Student", "Of", "poem"):
        assert word not in page.words.replace("A student", "")
    for leaf in leaves(gallery)[1:]:
        assert holder.get(leaf).status_code == 404
    went_on = holder.unlock(PASSCODE)
    assert (went_on.status_code, went_on.headers["Location"]) == (303, holder.path[1:])
    put = went_on.headers["Set-Cookie"]
    assert "HttpOnly" in put
    assert "SameSite=Lax" in put
    assert f"Path={holder.path[1:]}" in put
    gallery.make_thumbnails()
    assert [holder.get(leaf).status_code for leaf in leaves(gallery)] == [200] * 5


def test_a_wrong_passcode_a_wrong_link_and_a_dead_link_answer_the_same(show: Show) -> None:
    holder = show.shared(passcode=PASSCODE)
    unknown = Holder(show.client, "//shared/" + "A" * 43)
    plain = show.shared()
    wrong = holder.unlock("maple brook")
    assert (wrong.status_code, "Set-Cookie" in wrong.headers) == (422, False)
    assert unknown.unlock(PASSCODE).text == wrong.text
    assert plain.unlock(PASSCODE).text == wrong.text
    show.set(Consent, show.consent_id, withdrawn_at=clock.now())
    assert holder.unlock("maple brook").text == wrong.text
    # Whoever does not know the passcode does not learn that the link is dead.
    assert holder.get().status_code == 200
    holder.unlock(PASSCODE)
    assert holder.get().text == unknown.get().text


def test_a_cookie_is_good_for_its_link_alone_and_for_a_day(show: Show) -> None:
    first, second = (show.shared(passcode=PASSCODE) for _ in range(2))
    first.unlock(PASSCODE)
    assert "My year" in first.words()
    second.cookie = first.cookie
    assert "My year" not in second.words()
    forged = Holder(show.client, first.path, first.cookie[:-3] + "abc")
    assert "My year" not in forged.words()
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        assert "My year" not in first.words()


def test_guesses_are_slowed_down_and_never_end_the_link(show: Show) -> None:
    holder = show.shared(passcode=PASSCODE)
    known = Holder(show.client, holder.path)
    known.unlock(PASSCODE)
    far = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    answers = [holder.unlock(f"guess {count}", **far).status_code for count in range(12)]
    assert answers[:5] == [422] * 5
    assert answers[-1] == 429
    refused = holder.unlock(PASSCODE, **far)
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    # The family is not locked out: neither who knew it before, nor who comes from elsewhere.
    assert "My year" in known.words()
    home = Holder(show.client, holder.path)
    assert home.unlock(PASSCODE).status_code == 303
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert holder.unlock(PASSCODE, **far).status_code == 303


def test_wrong_passcodes_lock_no_other_link_of_the_school_s_address(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST_PER_ADDRESS", 3)
    first, second = show.shared(passcode=PASSCODE), show.shared(passcode=PASSCODE)
    for count in range(4):
        assert first.unlock(f"guess {count}").status_code == 422
        made_up = Holder(show.client, f"//shared/made-up-{count}")
        assert made_up.unlock("guess").status_code == 422
    assert second.unlock(PASSCODE).status_code == 303


def test_a_passcode_from_another_site_is_refused(show: Show) -> None:
    holder = show.shared(passcode=PASSCODE)
    answer = holder.unlock(PASSCODE, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


# Nobody else's words.


def test_another_maker_is_named_only_if_they_agreed_and_their_family_consents(
    show: Show, world: World
) -> None:
    other = world.home.other_student
    with writing(show.database, show.home) as session:
        own = {"district_id": show.home.district_id}
        group = ArtifactGroup(**own, founded_by=other.id)
        session.add(group)
        session.flush()
        mine = session.query(Artifact).filter_by(title="A poem").one()
        mine.group_id = group.id
        theirs = add_artifact(session, show.home, other, title="Our poem", group_id=group.id)
    holder = show.shared()
    name = "Other Of"
    assert name not in holder.words()
    show.set(Artifact, theirs.id, is_shown_in_group=True)
    assert name not in holder.words()
    with writing(show.database, show.home) as session:
        given = {"purpose": "sharing", "text": "Yes.", "given_as": "student"}
        session.get_one(Student, other.id).rights_transfer_on = date(2020, 1, 1)
        session.add(
            Consent(
                **own, student_id=other.id, **given, given_by=other.id, given_on=date(2026, 1, 1)
            )
        )
    assert name in holder.words()


def test_no_public_page_holds_a_word_of_another_student(
    gallery: Show, client: Client, world: World
) -> None:
    """Every page of the link, as nobody and as each role that is signed in."""
    words = ["Other", "Senior", "MARK-other", str(world.home.other_student.id)]
    with writing(gallery.database, gallery.home) as session:
        for pupil in (world.home.other_student, world.home.senior):
            add_artifact(session, gallery.home, pupil, title="MARK-other")
    gallery.set_items(allows_download=True)
    gallery.make_thumbnails()
    link = gallery.made(allows_download=True)
    for somebody in (client, *(client.as_(getattr(world.home, name)) for name in CAST)):
        holder = gallery.holder(link, somebody)
        pages = {""}
        for leaf in leaves(gallery):
            answer = holder.get(leaf)
            assert answer.status_code == 200
            pages.add(leaf)
            seen = answer.data.decode(errors="replace") + str(answer.headers)
            assert not [word for word in words if word in seen], (leaf, somebody)
        for foreign in (world.home.other_student.id, UUID(int=7)):
            assert holder.get(f"/files/{foreign}").status_code == 404


def test_a_part_of_another_student_is_not_served_by_the_link(gallery: Show, world: World) -> None:
    with writing(gallery.database, gallery.home) as session:
        file_id = session.query(StoredFile.id).scalar()
        theirs = add_artifact(
            session,
            gallery.home,
            world.home.other_student,
            part={"kind": "file", "file_id": file_id},
        )
    holder = gallery.shared(allows_download=True)
    for leaf in ("files", "thumbnails", "downloads"):
        assert holder.get(f"/{leaf}/{theirs.part_id}").status_code == 404


def test_an_item_that_was_taken_out_is_served_no_more(gallery: Show) -> None:
    holder = gallery.shared()
    (part_id,) = gallery.pictures
    with writing(gallery.database, gallery.home) as session:
        session.query(ShowcaseItem).delete()
    assert holder.get(f"/files/{part_id}").status_code == 404


def test_an_address_that_cannot_be_is_unknown(client: Client) -> None:
    for path in ("//shared/unknown", "//shared/" + "x" * 43, "//shared/%00"):
        answer: Any = client.get(path)
        assert answer.status_code == 404
        assert "There is nothing to show here" in answer.text
