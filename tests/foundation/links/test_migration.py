"""Links and files from before they had their own tables."""

from io import BytesIO

from pypdf import PdfWriter

from plp_api.foundation import clock, migrating
from tests.client import Client
from tests.conftest import Live


def pdf() -> BytesIO:
    document, content = PdfWriter(), BytesIO()
    document.add_blank_page(612, 792)
    document.write(content)
    content.seek(0)
    return content


def put_in_force(client: Client, live: Live) -> str:
    path = f"/plan-versions/{live.world.home.student.version_id}"
    assert client.as_(live.world.home.student).act(path, "submit").status_code == 200
    assert client.as_(live.world.home.advisor).act(path, "approve").status_code == 200
    return path


def test_links_and_scans_are_the_same_after_the_way_down_and_up(own: Live) -> None:
    home, client = own.world.home, own.client
    version = put_in_force(client, own)
    registrar, advisor = client.as_(home.registrar), client.as_(home.advisor)
    order = {"role": "parent", "identity_check": "code"}
    link = advisor.made(f"{version}/signing-links", {"person_id": str(home.parent.id), **order})
    form = {
        "person_id": str(home.parent.id),
        "role": "parent",
        "signed_on": clock.today().isoformat(),
        "language": "en",
        "identity_check": "known_in_person",
    }
    answer = registrar.post(
        f"{version}/scans",
        data={**form, "file": (pdf(), "scan")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 201, answer.json
    paths = [f"/signing-links/{link['id']}", f"/scans/{answer.json['id']}", f"{version}/signatures"]
    content = f"/scans/{answer.json['id']}/content"
    before = [registrar.read(path) for path in paths], registrar.get(content).data
    own.database.dispose()
    migrating.downgrade(own.settings, "0015")
    migrating.upgrade(own.settings)
    assert ([registrar.read(path) for path in paths], registrar.get(content).data) == before
