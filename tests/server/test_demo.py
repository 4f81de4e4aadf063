"""The demo districts as shipped: everybody who may sign in reads everything, and every report."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.roster.models import Account, AccountPerson, District
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole
from plp_api.server.app import create_app
from plp_api.server.demo import loading
from tests import databases
from tests.client import Client
from tests.foundation.access.operations import OPERATIONS, Operation


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The demo's application, and its district's admin."""
    settings = databases.prepared(request.param, tmp_path_factory.mktemp("demo"))
    with settings_module.using(settings):
        loading.load(settings)
    database = db.Database(settings.database_url)
    with database.transaction() as session:
        district = session.scalars(select(District).order_by(District.slug.desc())).first()
        assert district is not None
        db.enter([district.id])
        of_admin = Appointment.role == AppointmentRole.DISTRICT_ADMIN
        held = session.scalars(select(Appointment).where(of_admin)).first()
        assert held is not None
        own = {"district_id": district.id}
        link = session.get(AccountPerson, held.person_id)
        if link is None:
            account = Account(id=db.new_id(), username="boss", **own)
            session.add(account)
            session.flush()
            link = AccountPerson(person_id=held.person_id, account_id=account.id, **own)
            session.add(link)
        admin = SimpleNamespace(id=held.person_id, account_id=link.account_id, **own)
    yield create_app(settings, database), admin
    database.dispose()


def test_one_login_of_the_demo_has_two_persons_in_two_districts(demo: Any) -> None:
    app, _admin = demo
    with app.database.transaction() as session:
        mother = session.scalars(select(Account).where(Account.username == "t.beaudry")).one()
        held = select(AccountPerson).where(AccountPerson.account_id == mother.id)
        assert len({one.district_id for one in session.scalars(held)}) == 2


def test_every_report_answers_in_every_form(demo: Any) -> None:
    app, admin = demo
    readers = [Client(app).as_(one) for one in (admin, *_who_may_sign_in(app))]
    rules = [one for one in app.url_map.iter_rules() if one.rule.startswith("/api/v1/reports/")]
    assert len(rules) >= 2
    asked = 0
    for rule in rules:
        path = rule.rule.removeprefix("/api/v1")
        for query in ("", "?format=csv", "?as_of=2026-01-15", "?by=school", "?by=grade"):
            answers = [client.get(path + query) for client in readers]
            assert {one.status_code for one in answers} <= {200, 403, 422}, (path, query)
            asked += any(one.status_code == 200 for one in answers)
    assert asked >= 2 * len(rules)


def test_whatever_the_demo_shows_can_be_read(demo: Any) -> None:
    """The demo writes rows without the areas' actions: whatever a reader derives must be there."""
    app, _admin = demo
    read = 0
    for person in _who_may_sign_in(app):
        client = Client(app).as_(person)
        shown = {one.collection: _first_ids(client, one) for one in LISTS}
        for operation in OF_ONE_ROW:
            for key in shown.get(operation.collection, ()):
                answer = client.send("GET", f"/{operation.path(key)}")
                assert answer.status_code < 500, (str(operation), answer.json)
                read += answer.status_code == 200
    assert read > 500


READING = [one for one in OPERATIONS if one.method == "GET" and one.rule.startswith("/api/v1/")]
LISTS = [one for one in READING if one.listing and not one.arguments]
OF_ONE_ROW = [one for one in READING if len(one.arguments) == 1]


def _first_ids(client: Client, operation: Operation) -> list[UUID]:
    answer = client.send("GET", f"/{operation.path(None)}?limit=3")
    assert answer.status_code in (200, 403), (str(operation), answer.json)
    return [UUID(one["id"]) for one in answer.json.get("items", ())]


def _who_may_sign_in(app: Any) -> list[Any]:
    with app.database.transaction() as session:
        return [
            SimpleNamespace(
                id=one.person_id, account_id=one.account_id, district_id=one.district_id
            )
            for one in session.scalars(select(AccountPerson))
        ]


def test_an_advisor_sees_whose_work_is_missing_and_what_a_portfolio_lacks(demo: Any) -> None:
    app, _admin = demo
    advisor = Client(app).as_(_named(app, "c.dubois"))
    calls = advisor.read("/calls-for-work")["items"]
    assert {call["class_id"] is None for call in calls} == {True, False}
    for call in calls:
        assert call["counts"]["handed_in"] >= 1
        assert call["counts"]["awaited"] > 5
    # The teacher of a class, who is no advisor of theirs, reads what answers the call.
    (path,) = (f"/calls-for-work/{call['id']}" for call in calls if call["class_id"])
    (row,) = advisor.read(f"{path}/recipients?state=handed_in")["items"]
    assert advisor.read(f"/artifacts/{row['artifact_id']}")["status"] == "kept"
    lacking = advisor.read("/portfolios?has_gaps=true")["items"]
    assert [portfolio["gaps"] for portfolio in lacking] == [2]


def _named(app: Any, username: str) -> Any:
    with app.database.transaction() as session:
        held = select(AccountPerson).join(Account, Account.id == AccountPerson.account_id)
        one = session.scalars(held.where(Account.username == username)).one()
        own = {"id": one.person_id, "account_id": one.account_id}
        return SimpleNamespace(**own, district_id=one.district_id)
