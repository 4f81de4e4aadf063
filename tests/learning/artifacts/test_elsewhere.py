"""Work that is kept elsewhere: addresses are checked, and what may end with school is listed."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread, Timer
from time import monotonic, sleep
from typing import Any

import pytest

from plp_api.foundation import clock, db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.learning.artifacts import probing, upkeep
from plp_api.learning.artifacts.models import ArtifactPart
from plp_api.server.app import Application
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.9",
    "172.16.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a01:203",
    "64:ff9b:1::5db8:d70e",
    "fec0::1",
    "::7f00:1",
    "5f00::1",
    "fe80::1%eth0",
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
PUBLIC += ["::ffff:93.184.215.14"]


class Answers(BaseHTTPRequestHandler):
    """Answers with the status that the path names; `/moved/…` sends on to what follows.

    Below `/get/` it answers 405 to HEAD.
    """

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(f"GET {self.path}")
        self.send_response(int(self.path.rsplit("/", 1)[1]))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(b"x" * 10_000_000)

    def do_HEAD(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/get/"):
            self.send_error(405)
            return
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved/"))
        else:
            self.send_response(int(self.path.rsplit("/", 1)[1]))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site on this machine, which stands for one in the Internet."""
    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    Answers.asked = []
    monkeypatch.setattr(probing, "is_public", lambda address: True)
    monkeypatch.setitem(probing.PORTS, "http", server.server_port)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("address", PRIVATE)
def test_a_machine_of_our_own_network_is_no_public_one(address: str) -> None:
    assert not probing.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_machine_of_the_internet_is_a_public_one(address: str) -> None:
    assert probing.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/admin",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://93.184.215.14:22/",
        "https://93.184.215.14:5432/",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
    ],
)
def test_nothing_else_is_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: Any) -> Any:
        pytest.fail("it connected")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert probing.is_reachable(address) is None


def test_a_name_of_which_one_address_is_private_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (one, port)) for one in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it connected"))
    assert probing.is_reachable("http://rebinding.example/") is None


def test_it_connects_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.215.14", port))]

    def connect(place: Any, _: float) -> Any:
        asked.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert probing.is_reachable("http://poems.example/") is None
    assert asked == [("93.184.215.14", 80)]


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("/200", True),
        ("/204", True),
        ("/401", True),
        ("/403", True),
        ("/405", True),
        ("/404", False),
        ("/410", False),
        ("/500", None),
        ("/503", None),
    ],
)
def test_what_an_answer_says(site: str, path: str, is_there: bool | None) -> None:
    assert probing.is_reachable(site + path) is is_there


def test_what_refuses_head_is_asked_by_get_for_its_headers_alone(site: str) -> None:
    assert probing.is_reachable(f"{site}/get/200") is True
    assert Answers.asked == ["/get/200", "GET /get/200"]
    assert probing.is_reachable(f"{site}/get/404") is False


def test_an_address_is_encoded_as_browsers_do(site: str) -> None:
    assert probing.is_reachable(f"{site}/Ça%20va/200") is True
    assert Answers.asked == ["/%C3%87a%20va/200"]


def test_it_follows_a_few_hops_and_checks_each(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert probing.is_reachable(f"{site}/moved//moved//404") is False
    assert Answers.asked == ["/moved//moved//404", "/moved//404", "/404", "GET /404"]
    assert probing.is_reachable(f"{site}/moved/" + "/moved/" * 5 + "/200") is None
    asked = len(Answers.asked)
    monkeypatch.setattr(probing, "is_public", lambda address: len(Answers.asked) == asked)
    assert probing.is_reachable(f"{site}/moved/{site}/200") is None
    assert len(Answers.asked) == asked + 1


@pytest.mark.parametrize("fault", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL, None])
def test_nobody_learns_which_names_our_network_has(
    monkeypatch: pytest.MonkeyPatch, fault: int | None
) -> None:
    """A name that nobody knows says no more than one with a private address."""

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        if fault is not None:
            raise socket.gaierror(fault, "no such name")
        return [(0, 0, 0, "", ("10.1.2.3", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    assert probing.is_reachable("https://poems.example/snow") is None


@contextmanager
def dripping() -> Iterator[int]:
    """A server that sends a digit of its status every 50 ms, and never ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = Event()

    def drip() -> None:
        line, _ = listening.accept()
        with line:
            try:
                line.sendall(b"HTTP/1.1 ")
                while not over.wait(0.05):
                    line.sendall(b"2")
            except OSError:
                return

    Thread(target=drip, daemon=True).start()
    yield listening.getsockname()[1]
    over.set()
    listening.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_slow_server_holds_nobody_up(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "is_public", lambda address: True)
    monkeypatch.setattr(probing, "WITHIN", 0.4)
    with dripping() as port:
        monkeypatch.setitem(probing.PORTS, scheme, port)
        began = monotonic()
        assert probing.is_reachable(f"{scheme}://127.0.0.1:{port}/") is None
        assert monotonic() - began < 3


def test_a_slow_resolver_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def resolved(*_: Any, **__: Any) -> list[Any]:
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(probing, "WITHIN", 0.2)
    began = monotonic()
    assert probing.is_reachable("https://poems.example/") is None
    assert monotonic() - began < 3
    over.set()


def test_what_the_resolver_took_the_server_has_not(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, limits = socket.getaddrinfo, []

    def resolved(*given: Any, **more: Any) -> Any:
        sleep(0.5)
        return resolve(*given, **more)

    def timed(seconds: float, *given: Any) -> Timer:
        limits.append(seconds)
        return Timer(seconds, *given)

    with monkeypatch.context() as slowly:
        slowly.setattr(socket, "getaddrinfo", resolved)
        slowly.setattr(probing, "Timer", timed)
        assert probing.is_reachable(f"{site}/200") is True
    assert limits
    assert max(limits) <= probing.WITHIN - 0.5


# The job.


@pytest.fixture(autouse=True)
def used_settings(app: Application) -> Iterator[None]:
    with settings_module.using(app.settings):
        yield


def linked(database: Isolated, world: World, url: str, **columns: Any) -> Work:
    with writing(database, world.home) as session:
        return add_artifact(session, world.home, part={"kind": "link", "url": url}, **columns)


def ran(database: Isolated, world: World) -> list[Any]:
    """What the jobs of one day's run answered."""
    with database.transaction(districts=[world.home.district_id]) as session:
        session.query(Job).filter_by(kind=upkeep.KIND).delete()
        upkeep.check_addresses()
    with database.transaction() as session:
        waiting = [job.id for job in session.query(Job).filter_by(kind=upkeep.KIND)]
    with db.using(database):
        return [jobs.KINDS[upkeep.KIND].run(one, lambda _: None) for one in waiting]


SAID = {"https://a.example/1": True, "https://b.example/2": False, "https://c.example/3": None}
DEAD = "https://b.example/2"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the job has asked; they answer as `SAID`."""
    asked: list[str] = []

    def answer(url: str) -> bool | None:
        asked.append(url)
        return SAID[url]

    monkeypatch.setattr(probing, "is_reachable", answer)
    return asked


@pytest.fixture
def works(database: Isolated, world: World) -> dict[str, Work]:
    linked(database, world, "https://away.example/", status="archived")
    return {url: linked(database, world, url) for url in SAID}


@pytest.fixture
def place(world: World) -> str:
    return f"/students/{world.home.student.id}/artifact-addresses"


def passed(monkeypatch: pytest.MonkeyPatch, **since: Any) -> None:
    """Let time go by for the job."""
    now = clock.now() + timedelta(**since)
    monkeypatch.setattr(clock, "now", lambda: now)


def known(student: Client, place: str) -> dict[str, Any]:
    return {one["url"]: one["is_reachable"] for one in student.read(place)["items"]}


def test_a_job_tells_which_addresses_are_dead(
    student: Client,
    path: str,
    place: str,
    database: Isolated,
    world: World,
    works: dict[str, Work],
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ran(database, world) == [{"checked": 3}]
    assert sorted(asked) == sorted(SAID)
    # Once is none: a server may be down for an evening.
    assert known(student, place) == {**dict.fromkeys(SAID), "https://a.example/1": True} | {
        "https://away.example/": None
    }
    assert ran(database, world) == []
    with monkeypatch.context() as later:
        passed(later, days=1)
        assert ran(database, world) == [{"checked": 1}]
    assert asked[3:] == [DEAD]
    assert known(student, place)[DEAD] is False
    (dead,) = student.read(f"{place}?is_dead=true")["items"]
    assert (dead["url"], dead["artifact_id"]) == (DEAD, str(works[DEAD].id))
    assert dead["artifact_title"] == "A poem"
    assert dead["checked_at"] is not None
    (found,) = student.read(f"{path}?has_dead_address=true")["items"]
    assert found["id"] == str(works[DEAD].id)


def test_an_address_is_asked_again_after_a_month_and_keeps_what_was_known(
    student: Client,
    place: str,
    database: Isolated,
    world: World,
    works: dict[str, Work],
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def later(days: int, counted: int) -> None:
        with monkeypatch.context() as then:
            passed(then, days=days)
            assert ran(database, world) == ([{"checked": counted}] if counted else [])

    later(0, 3)
    later(1, 1)
    later(29, 0)
    monkeypatch.setitem(SAID, DEAD, None)
    later(32, 3)
    assert known(student, place)[DEAD] is False
    monkeypatch.setitem(SAID, DEAD, True)
    later(63, 3)
    assert known(student, place)[DEAD] is True


def test_an_address_in_several_works_is_asked_once(
    database: Isolated, world: World, asked: list[str]
) -> None:
    for _ in range(3):
        linked(database, world, "https://a.example/1")
    assert ran(database, world) == [{"checked": 3}]
    assert asked == ["https://a.example/1"]


@pytest.mark.both_databases
def test_new_addresses_come_first_and_each_student_has_a_share(
    database: Isolated, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(probing, "is_reachable", asked.append)
    monkeypatch.setattr(upkeep, "MOST", 4)
    monkeypatch.setattr(upkeep, "MOST_OF_STUDENT", 3)
    old = [linked(database, world, f"https://old.example/{n}") for n in range(4)]
    with writing(database, world.home) as session:
        for work in old:
            session.get_one(ArtifactPart, work.part_id).checked_at = clock.now() - timedelta(40)
    for n in range(2):
        linked(database, world, f"https://new.example/{n}")
    senior = world.home.senior
    with writing(database, world.home) as session:
        part = {"kind": "link", "url": "https://senior.example/"}
        add_artifact(session, world.home, senior, part=part)
    assert ran(database, world) == [{"checked": 4}]
    assert sorted(asked[:3]) == [
        "https://new.example/0",
        "https://new.example/1",
        "https://senior.example/",
    ]
    assert asked[3] == "https://old.example/0"


def test_a_job_ends_in_time(
    database: Isolated,
    world: World,
    works: dict[str, Work],
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as over:
        over.setattr(upkeep, "WITHIN", -1.0)
        assert ran(database, world) == [{"checked": 0}]
    monkeypatch.setattr(upkeep, "MOST", 2)
    assert ran(database, world) == [{"checked": 2}]
    assert ran(database, world) == [{"checked": 1}]
    assert len(asked) == 3


def test_student_and_advisor_alone_learn_which_addresses_are_dead(
    client: Client, path: str, place: str, database: Isolated, world: World
) -> None:
    work = linked(database, world, DEAD)
    with writing(database, world.home) as session:
        session.get_one(ArtifactPart, work.part_id).is_reachable = False
    for name in ("student", "advisor"):
        reader = client.as_(getattr(world.home, name))
        assert [one["is_reachable"] for one in reader.read(place)["items"]] == [False], name
        assert len(reader.read(f"{path}?has_dead_address=true")["items"]) == 1, name
    for name in ("parent", "counselor", "school_admin"):
        reader = client.as_(getattr(world.home, name))
        assert reader.get(place).status_code in {403, 404}, name
        assert "is_reachable" not in reader.get(work.path).text, name
        assert reader.get(f"{path}?has_dead_address=false").json["items"] == [], name
        assert reader.get(f"{path}?has_dead_address=true").json["items"] == [], name


def test_no_transaction_is_open_while_an_address_is_asked(
    database: Isolated, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(database, world, "https://a.example/1")
    open_then: list[Any] = []

    def answer(_: str) -> bool:
        with suppress(LookupError):
            open_then.append(db.session())
        return True

    monkeypatch.setattr(probing, "is_reachable", answer)
    assert ran(database, world) == [{"checked": 1}]
    assert open_then == []


def test_the_operator_may_forbid_it(
    app: Application, database: Isolated, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(database, world, "https://a.example/1")
    monkeypatch.setattr(probing, "is_reachable", lambda _: pytest.fail("it was asked"))
    with settings_module.using(replace(app.settings, link_checks=False)):
        assert ran(database, world) == []


CLOUDS = {
    "https://docs.google.com/document/d/1/edit": True,
    "https://mmuusd.sharepoint.com/:w:/s/1": True,
    "HTTPS://Drive.Google.com/file/d/1": True,
    "https://poems.example/docs.google.com/": False,
    "https://docs.google.com.evil.example/": False,
    "https://mysharepoint.com/": False,
    "https://drive.google.com:443/d/1": True,
    "https://docs.google.com?q=1": True,
}


def test_work_in_an_account_that_may_end_with_school_is_listed(
    client: Client, student: Client, path: str, database: Isolated, world: World
) -> None:
    works = {str(linked(database, world, url).id): url for url in CLOUDS}
    draft = linked(database, world, "https://docs.google.com/", status="draft")
    query = "is_in_school_cloud=true"
    listed = {one["id"] for one in student.read(f"{path}?{query}")["items"]}
    assert {works[key] for key in listed & {*works}} == {url for url in CLOUDS if CLOUDS[url]}
    assert str(draft.id) in listed
    counselor = client.as_(world.home.counselor)
    seen = {one["id"] for one in counselor.read(f"/artifacts?{query}&grade=10")["items"]}
    assert seen <= listed - {str(draft.id)}
    # What the newest version brings home is listed no more.
    place = next(f"/artifacts/{key}" for key in listed & {*works})
    student.made(f"{place}/versions", {"parts": [{"kind": "text", "text": "At home."}]})
    assert len(student.read(f"{path}?{query}")["items"]) == len(listed) - 1


def test_the_district_says_which_clouds_are_the_schools(
    client: Client, student: Client, place: str, database: Isolated, world: World
) -> None:
    linked(database, world, "https://docs.google.com/document/d/1")
    linked(database, world, "https://files.tamarack.example/snow")
    admin = client.as_(world.home.district_admin)

    def inside() -> list[str]:
        listed = student.read(place)["items"]
        found = student.read(f"{place}?is_in_school_cloud=true")["items"]
        assert found == [one for one in listed if one["is_in_school_cloud"]]
        return [one["url"] for one in found]

    assert inside() == ["https://docs.google.com/document/d/1"]
    settings = f"/districts/{world.home.district_id}"
    admin.patch(settings, {"settings": {"school_cloud_hosts": ["*.tamarack.example"]}})
    assert inside() == ["https://files.tamarack.example/snow"]
    admin.patch(settings, {"settings": {"school_cloud_hosts": []}})
    assert inside() == []
    for wrong in ("https://docs.google.com", "docs.google.com/", "%.com", "a_b.example", "*.*"):
        refused = admin.send(
            "PATCH",
            settings,
            json={"settings": {"school_cloud_hosts": [wrong]}},
            headers={"If-Match": admin.etag(settings)},
        )
        assert pointers(refused) == {"/settings/school_cloud_hosts/0"}, wrong
