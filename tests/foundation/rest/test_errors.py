"""Every refusal is a problem document, from any component, and reveals nothing it should not."""

import io
import logging
import re
from json import dumps

import pytest
import structlog

from plp_api.foundation.rest import errors
from plp_api.server import app
from tests.client import Client, code, pointers

NUL, LONE = "\x00", "\ud800"


def test_an_unknown_address_is_a_problem(client: Client) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, code(answer)) == (404, "not_found")
    assert set(answer.json) >= {"type", "title", "status", "code", "request_id"}
    assert answer.json["status"] == 404


@pytest.mark.parametrize("path", ["//api//v1/samples", "//api/v1//samples", "//api/v1/samples//"])
def test_an_address_written_with_more_slashes_is_unknown(student: Client, path: str) -> None:
    assert student.get(path).status_code == 404


def test_a_problems_type_can_be_looked_up(client: Client) -> None:
    told = client.get("/nowhere").json
    meant = client.get(f"/{told['type']}").json
    known = {"code": "not_found", "status": 404, "title": told["title"]}
    assert meant == {**known, "operations": []}


def test_a_wrong_method_says_which_are_right(client: Client, goal: str) -> None:
    answer = client.send("PUT", goal)
    assert (answer.status_code, code(answer)) == (405, "method_not_allowed")
    assert {"GET", "PATCH"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'title': 1}",
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": -Infinity}',
        b"\xff\xfe{}",
        b'{"title": "\xc3\x28"}',
        b"[" * 100_000,
        b'{"title":' * 100_000,
        b'{"anything": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"title": ' + b"9" * 5000 + b"}",
    ],
    ids=[
        "unfinished", "quotes", "nan", "infinity", "minus-infinity", "utf16", "broken-utf8",
        "deep-list", "deep-object", "too-deep", "endless-number",
    ],
)  # fmt: skip
def test_a_body_that_is_not_json_is_malformed(
    student: Client, everything: str, body: bytes
) -> None:
    answer = student.post(everything, data=body, content_type="application/json")
    assert (answer.status_code, code(answer)) == (400, "request_malformed")


@pytest.mark.parametrize("body", [[], "words", 1, None, True])
def test_a_body_that_is_no_object_is_refused(
    student: Client, everything: str, body: object
) -> None:
    answer = student.post(everything, data=dumps(body), content_type="application/json")
    assert (answer.status_code, code(answer)) == (422, "validation_failed")
    assert pointers(answer) == {""}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"words": ["fine", "a\\u0000b"]}', "/words/1"),
        ('{"words": ["\\ud800"]}', "/words/0"),
        ('{"inner": {"title": "\\udfff x"}}', "/inner/title"),
        ('{"anything": {"a/b": {"c~d": "\\u0000"}}}', "/anything/a~1b/c~0d"),
        ('{"anything": {"\\u0000": 1}}', "/anything"),
        ('{"anything": {"n": 1e999}}', "/anything/n"),
        ('{"anything": {"n": 9223372036854775808}}', "/anything/n"),
        ('{"anything": {"n": -99999999999999999999}}', "/anything/n"),
        ('{"number": "twelve"}', "/number"),
        ('{"number": 101}', "/number"),
        ('{"number": [1]}', "/number"),
        ('{"is_so": "perhaps"}', "/is_so"),
        ('{"key": "not-a-uuid"}', "/key"),
        ('{"words": "not a list"}', "/words"),
        ('{"words": [{}]}', "/words/0"),
        ('{"inner": []}', "/inner"),
        ('{"inner": {"due_on": "31.12.2026"}}', "/inner/due_on"),
        ('{"inner": {"due_on": "2026-02-30"}}', "/inner/due_on"),
        ('{"inner": {"proposed_at": "2026-02-20T10:00:00"}}', "/inner/proposed_at"),
        ('{"inner": {"proposed_at": "0001-01-01T00:00:00+14:00"}}', "/inner/proposed_at"),
        ('{"inner": {"proposed_at": "9999-12-31T23:59:59-14:00"}}', "/inner/proposed_at"),
        ('{"inner": {"title": "   "}}', "/inner/title"),
        ('{"inner": {"title": null}}', "/inner/title"),
        ('{"nmuber": 1}', "/nmuber"),
        ('{"inner": {"a/b": 1}}', "/inner/a~1b"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    student: Client, everything: str, body: str, pointer: str
) -> None:
    answer = student.post(everything, data=body.encode(), content_type="application/json")
    assert (answer.status_code, code(answer)) == (422, "validation_failed")
    assert pointers(answer) == {pointer}


def test_everything_wrong_is_told_at_once(student: Client, everything: str) -> None:
    answer = student.post(everything, {"number": 101, "key": "x", "unknown": 1, "words": [NUL]})
    assert pointers(answer) == {"/words/0"}, "first what no database can hold"
    answer = student.post(everything, {"number": 101, "key": "x", "unknown": 1})
    assert pointers(answer) == {"/number", "/key", "/unknown"}


def test_a_missing_field_is_pointed_at(student: Client, samples: str) -> None:
    assert pointers(student.post(samples, {})) == {"/title"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("domian=career", "domian"),
        ("domain=carrer", "domain"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("sort=body", "sort"),
        ("sort=--title", "sort"),
        ("cursor=x", "cursor"),
        ("count=maybe", "count"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2026-01-01", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("q=%00", "q"),
        ("q=", "q"),
        ("q=" + "x" * 101, "q"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    student: Client, query: str, parameter: str
) -> None:
    answer = student.get(f"/samples?{query}")
    assert (answer.status_code, code(answer)) == (422, "validation_failed")
    assert pointers(answer) == {parameter}


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%ed%a0%80", "q=%25", "q=_", "q=%5C"])
def test_any_other_words_may_be_searched_for(student: Client, query: str) -> None:
    assert student.get(f"/samples?{query}").json["items"] == []


def test_an_operation_without_parameters_takes_none(student: Client, goal: str) -> None:
    answer = student.get(f"{goal}?verbose=1")
    assert (answer.status_code, pointers(answer)) == (422, {"verbose"})
    answer = student.post("/samples/open?verbose=1", {})
    assert (answer.status_code, pointers(answer)) == (422, {"verbose"})


@pytest.mark.parametrize("word", ["%00", "a%00b"])
def test_a_word_that_cannot_be_names_nothing(student: Client, word: str) -> None:
    assert student.get(f"/samples/words/{word}").status_code == 404


def test_other_words_in_an_address_arrive_as_they_are(student: Client) -> None:
    assert student.read("/samples/words/na%C3%AFve")["word"] == "naïve"


@pytest.mark.parametrize("key", ["1", "not-a-uuid", "0190", "../people"])
def test_an_id_that_is_none_names_nothing(student: Client, key: str) -> None:
    assert student.get(f"/samples/{key}").status_code == 404


def test_a_body_of_another_kind_is_unsupported(student: Client, samples: str) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        answer = student.post(samples, data=b'{"title": "x"}', content_type=kind)
        assert (answer.status_code, code(answer)) == (415, "media_type_unsupported"), kind


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/merge-patch+json", "APPLICATION/JSON"]
)
def test_any_name_of_json_will_do(student: Client, samples: str, kind: str) -> None:
    answer = student.post(samples, data=b'{"title": "x"}', content_type=kind)
    assert answer.status_code == 201


def test_a_body_too_large_is_refused_whatever_it_holds(student: Client, samples: str) -> None:
    answer = student.post(samples, data=b"x" * (1 << 20) + b"x", content_type="application/json")
    assert (answer.status_code, code(answer)) == (413, "body_too_large")


def test_a_body_that_hides_its_size_is_refused_too(student: Client, samples: str) -> None:
    answer = student.send(
        "POST",
        samples,
        input_stream=io.BytesIO(b" " * (2 << 20)),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
        headers={"Transfer-Encoding": "chunked"},
    )
    assert answer.status_code in (400, 413)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*"])
def test_an_answer_that_cannot_be_given_is_not_acceptable(
    student: Client, goal: str, accept: str
) -> None:
    answer = student.get(goal, headers={"Accept": accept})
    assert (answer.status_code, code(answer)) == (406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1", ""])
def test_whoever_takes_anything_gets_json(student: Client, goal: str, accept: str) -> None:
    answer = student.get(goal, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, "token_missing"),
        ("Bearer x", "token_invalid"),
        ("Bearer a.b.c", "token_invalid"),
        ("Bearer ", "token_invalid"),
        ("Basic dXNlcjpwYXNz", "token_invalid"),
        ("bearer", "token_invalid"),
        ("Bearer \xff\xfe", "token_invalid"),
    ],
)
def test_a_token_that_is_none_is_refused(
    client: Client, goal: str, header: str | None, wanted: str
) -> None:
    answer = client.get(goal, headers={"Authorization": header} if header else {})
    assert (answer.status_code, code(answer)) == (401, wanted)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_request_keeps_the_name_it_was_given(student: Client, goal: str) -> None:
    answer = student.get(goal, headers={"X-Request-ID": "from-the-browser-7"})
    assert answer.headers["X-Request-ID"] == "from-the-browser-7"
    answer = student.get("/nowhere", headers={"X-Request-ID": "from-the-browser-8"})
    assert answer.headers["X-Request-ID"] == answer.json["request_id"] == "from-the-browser-8"


@pytest.mark.parametrize("given", ["", "x" * 65, "tab\there", "\xe9"])
def test_a_request_without_a_usable_name_gets_one(student: Client, goal: str, given: str) -> None:
    answer = student.get(goal, headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_answers_are_json_in_utf8_with_instants_in_utc(
    student: Client, goal: str, samples: str
) -> None:
    given = {"title": "Łódź – naïve 日本 🎓", "proposed_at": "2026-03-04T10:00:00.5+02:00"}
    answer = student.post(samples, given)
    assert answer.mimetype == "application/json"
    assert given["title"].encode() in answer.data
    assert answer.json["proposed_at"] == "2026-03-04T08:00:00.500000Z"
    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", answer.json[name])
    shown = student.read(answer.headers["Location"].removeprefix("/api/v1").replace(
        "/goals/", "/samples/"
    ))  # fmt: skip
    assert shown["proposed_at"] == "2026-03-04T08:00:00.500000Z"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, student: Client) -> io.StringIO:
    """Everything the application logs from here on, as written to the file."""
    written = io.StringIO()
    configured = structlog.get_config()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(written),
        processors=configured["processors"],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )
    monkeypatch.setattr(app, "log", logger)
    monkeypatch.setattr(errors, "log", logger)
    return written


def test_a_failure_of_ours_says_nothing_of_what_was_sent(
    student: Client, goal: str, log: io.StringIO
) -> None:
    answer = student.post(f"{goal}/breaks", {"title": "Maya's divorce"})
    logged = log.getvalue()
    assert (answer.status_code, code(answer)) == (500, "internal_error")
    assert "Maya" not in answer.get_data(as_text=True) + logged
    assert "RuntimeError" in logged
    assert "break_down" in logged, "the place is told"
    assert answer.json["request_id"] in logged


@pytest.mark.parametrize(
    ("kind", "status", "wanted"),
    [
        ("unique", 409, "plan_exists"),
        ("check", 422, "record_invalid"),
        ("foreign", 409, "record_in_use"),
        ("long", 422, "record_invalid"),
    ],
)
def test_a_broken_constraint_is_a_problem_without_the_row(
    student: Client, goal: str, log: io.StringIO, kind: str, status: int, wanted: str
) -> None:
    body = {"kind": kind, "words": "Maya's divorce"}
    answer = student.post(f"{goal}/constraints", body)
    logged = log.getvalue()
    assert (answer.status_code, code(answer)) == (status, wanted)
    assert "Maya" not in answer.get_data(as_text=True) + logged
    assert "check_ins" not in answer.get_data(as_text=True)
    assert "request.answered" in logged


def test_a_write_that_another_overtook_is_stale(student: Client, goal: str) -> None:
    answer = student.post(f"{goal}/races", {"title": "second"})
    assert (answer.status_code, code(answer)) == (412, "version_stale")
    assert student.read(goal)["title"] == "Shadow a nurse"
