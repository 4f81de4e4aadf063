"""Examples in the OpenAPI document, made from the schemas so that they are never out of date.

A field's own `metadata={"example": …}` comes first; other fields get a plausible
value by name, type and format. The result is always the same.
"""

import hashlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from plp_api.foundation.problems import Code
from plp_api.foundation.rest import shapes

Json = dict[str, Any]
DEEPEST = 6
ID_OF_REQUEST = "b3e1f0a7c2d94c5e8f6a1d2b3c4e5f60"
NUMBERS: dict[str, int | float] = {
    "attempts_left": 5,
    "college_credits": 3,
    "expires_in": 900,
    "high_school_credits": 0.5,
    "number": 2,
    "percent": 40,
    "position": 4711,
    "progress_percent": 40,
    "school_year": 2027,
    "size": 48213,
    "status": 200,
    "student_count": 14,
}
BY_NAME: dict[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTk5YjJjNCJ9.c2lnbmF0dXJl",
    "achievable": "My aunt works there and has asked for me.",
    "activated_by_name": "Ruth Lavallee",
    "activity": "Took temperatures, and wrote them down.",
    "advisory_course_codes": "ADV-10",
    "advisory_titles": "Advisory *",
    "approved_by_name": "Lena Roy",
    "archive_sha256": hashlib.sha256(b"archive").hexdigest(),
    "area": "Science",
    "author_name": "Lena Roy",
    "basis": "Order of 12 May 2026, paragraph 4",
    "body": "I wrote to the clinic and have an answer.",
    "chain_hash": hashlib.sha256(b"chain").hexdigest(),
    "closed_on": "2026-10-05",
    "closing_reason": "The family moved to New Hampshire.",
    "code": "PLUM-4TWK-9QRA",
    "comment": "Tell me more about the second step.",
    "correction_reason": "The hearing found it inaccurate.",
    "correction_reference": "Hearing 2026-07",
    "course_code": "HLT-1010",
    "created_by_name": "Ruth Lavallee",
    "current_password": "three quiet otters swim",
    "description": "On Fridays, the whole day.",
    "detail": "It is draft; this needs submitted.",
    "display_name": "Maya Tremblay",
    "district": "tamarack-valley-su",
    "district_name": "Tamarack Valley Supervisory Union",
    "email": "maya@example.org",
    "end_reason": "The clinic closed.",
    "exception_reason": "The student was in hospital all autumn.",
    "exit_code": "W02",
    "family_name": "Tremblay",
    "given_name": "Maya",
    "grade": "10",
    "home_ready_by": "Lena Roy",
    "host_district_name": "Winooski Falls",
    "language": "en",
    "letter": '<!doctype html><html lang="en"><body>Scan this code to read and sign.</body></html>',
    "measurable": "A page of notes for each day.",
    "message": "This student is enrolled at two schools on the same day.",
    "middle_name": "Rose",
    "name": "Tamarack Union High School",
    "new_password": "a kettle hums at dusk",
    "new_pointer": "/sections/1/body",
    "next_cursor": None,
    "note": "The only parent is deployed until June.",
    "old_pointer": "/sections/1/body",
    "order_reference": "Docket 118-4-26, Chittenden Family Division",
    "outcome": "The saw has a guard now.",
    "part": "sections/scope_and_rigor",
    "partner_name": "Lamoille Clinic",
    "password": "three quiet otters swim",
    "person_name": "Maya Tremblay",
    "phone": "802-555-0142",
    "preferred_family_name": "Tremblay",
    "preferred_given_name": "May",
    "preparation": "Maya brings her notes from the clinic.",
    "prompt": "What do you want to learn this year, and how hard will it be?",
    "pronouns": "she/her",
    "provider_name": "Community College of Vermont",
    "provider_ready_by": "Omar Haddad",
    "reason": "Both parents asked for more time to read it.",
    "recorded_for": "Nora Tremblay",
    "reflection": "I asked more questions than I had written down.",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIwMTk5YjJjNCJ9.c2lnbmF0dXJl",
    "relevant": "I want to know whether nursing is for me.",
    "request_id": ID_OF_REQUEST,
    "result": "B+",
    "rights_transfer_reason": "Emancipated by the court in June.",
    "role": "student",
    "school_name": "Tamarack Union High School",
    "sha256": hashlib.sha256(b"file").hexdigest(),
    "signed_as": "Tom Averill",
    "signed_by_name": "Nora Tremblay",
    "slug": "tamarack-valley-su",
    "snapshot_sha256": hashlib.sha256(b"").hexdigest(),
    "text_sha256": hashlib.sha256(b"consent").hexdigest(),
    "source": "16 V.S.A. 942(a)(4)",
    "sourced_id": "stu-20417",
    "specific": "Two days with a nurse at the clinic in town.",
    "state_org_id": "VT-0417",
    "state_student_id": "3140592",
    "statement": "Explains with evidence how living things depend on each other.",
    "street": "12 Mill Street",
    "student_name": "Maya Tremblay",
    "summary": "Maya showed her notes; we agreed on two goals for the spring.",
    "template_id": "0199b2c4-5f00-7f2d-8a11-3c9d5e0b7a64",
    "term": "Fall 2026",
    "text": "I like to take things apart.",
    "time_zone": "America/New_York",
    "filename": "poem.pdf",
    "title": "Shadow a nurse",
    "town": "Alder Falls",
    "translator_name": "Amina Warsame",
    "url": "https://plp.example.org/sign/3kQ9xW7vT2mB",
    "user_agent": "Mozilla/5.0 (X11; CrOS x86_64) Chrome/141.0",
    "username": "maya.t",
    "words": "Called twice; the number is no longer in use.",
}
# What a name means in one schema, in both of its shapes, where others mean something else.
BY_MEMBER: dict[str, Any] = {
    "AcademicSession.title": "Fall term 2026",
    "Advisor.name": "Lena Roy",
    "AdvisorOfStudent.name": "Lena Roy",
    "Advisory.name": "Roy, grade 10",
    "Class.code": "BIO-10-2",
    "Class.title": "Biology, period 2",
    "Course.code": "BIO-10",
    "Course.title": "Biology",
    "CoverageGroup.grade": "10",
    "District.name": "Tamarack Valley Supervisory Union",
    "DualEnrollmentCourse.title": "Introduction to Nursing",
    "GoalStep.title": "Call the clinic",
    "HostSchool.name": "Winooski Falls Technical Center",
    "MyDistrict.name": "Tamarack Valley Supervisory Union",
    "OpportunitySite.name": "Main building",
    "PathwayElement.title": "Introduction to Nursing",
    "PathwayLedgerCourse.title": "Introduction to Nursing",
    "PersonOfAccount.name": "Maya Tremblay",
    "PlanStep.title": "Call the clinic",
    "PlanTemplate.name": "Grades 9 and 10",
    "Participant.name": "Amina Warsame",
    "Problem.detail": "The version you sent is 3; it is 4 now.",
    "Problem.title": "This was changed after you read it; read it again.",
    "RightsTransfer.reason": "Emancipated by the court in June.",
    "Section.body": "I like to take things apart.",
    "Sentence.text": "I like to take things apart.",
    "SignatureDelegate.name": "Paul Tremblay",
    "TeacherOfClass.name": "Omar Haddad",
    "TemplateSection.title": "Scope and rigor",
    "VersionSection.body": "I like to take things apart.",
}
# Requests that work once their words are replaced by one's own; others show every member.
OF_OPERATION: dict[str, Json] = {
    "log_in": {"username": "m.lavallee", "password": "as printed by make run"},
}
PEOPLE = ("Lena Roy", "Omar Haddad", "Nora Tremblay", "Paul Tremblay", "Ruth Lavallee")
DATES = {"birth_date": "2010-05-14", "starts_on": "2026-08-26", "ends_on": "2027-06-18"}


def add(spec: Json) -> None:
    """Add an example to every JSON body of the document, in requests and responses."""
    schemas = spec["components"]["schemas"]
    for _, _, operation in shapes.operations_of(spec):
        _add_to_operation(operation, schemas)
    for name, response in spec["components"]["responses"].items():
        _add_problems(name, response)


def _add_to_operation(operation: Json, schemas: Json) -> None:
    own = OF_OPERATION.get(operation["operationId"])
    for media in _media(operation.get("requestBody", {})):
        media.setdefault("example", own or _Example(schemas, is_sent=True).of(media["schema"]))
    for response in operation["responses"].values():
        for media in _media(response):
            media.setdefault("example", _Example(schemas).of(media["schema"]))


def _media(body: Json) -> Iterator[Json]:
    for kind, media in body.get("content", {}).items():
        if kind.endswith(("json", "form-data")) and media.get("schema"):
            yield media


def _add_problems(name: str, response: Json) -> None:
    """Add every problem with this status as an example, by its code."""
    phrase = response["description"].lower()
    for media in response.get("content", {}).values():
        media["examples"] = {
            code.wire: {"summary": code.value.title, "value": _problem(code)}
            for code in Code
            if _phrase(code) == phrase or (name == "DEFAULT_ERROR" and code is Code.INTERNAL_ERROR)
        }
        if not media["examples"]:
            del media["examples"]


def _phrase(code: Code) -> str:
    return HTTPStatus(code.value.status).phrase.lower()


def _problem(code: Code) -> Json:
    return {
        "type": f"/problems/{code.wire}",
        "title": code.value.title,
        "status": code.value.status,
        "code": code.wire,
        "request_id": ID_OF_REQUEST,
    }


class _Example:
    """Builds the example of a schema.

    What is sent leaves out ids that need not be sent: they would be right nowhere.
    """

    def __init__(self, schemas: Json, *, is_sent: bool = False) -> None:
        self.schemas = schemas
        self.is_sent = is_sent

    def of(self, schema: Json, name: str = "", depth: int = 0, owner: str = "") -> Any:
        """An example of the schema, as the value of the member `name` of the schema `owner`."""
        if "$ref" in schema:
            name_of_schema = schema["$ref"].rsplit("/", 1)[1]
            return self.of(self.schemas[name_of_schema], name, depth, name_of_schema)
        for key in ("example", "const"):
            if key in schema:
                return schema[key]
        if schema.get("default"):
            return schema["default"]
        if "enum" in schema:
            return schema["enum"][0]
        if parts := schema.get("allOf"):
            return self.of({**schema, **_merged(parts), "allOf": []}, name, depth, owner)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self.of(choices[0], name, depth, owner)
        return self._plain(schema, name, depth, owner)

    def _plain(self, schema: Json, name: str, depth: int, owner: str) -> Any:
        kinds = schema.get("type", [])
        kind = kinds if isinstance(kinds, str) else next(iter(kinds), "object")
        match kind:
            case "object":
                return self._object(schema, depth, owner)
            case "array":
                # Available actions depend on the resource and the reader, so none is an example.
                deeper = depth < DEEPEST and "items" in schema and name != "available_actions"
                return [self.of(schema["items"], name, depth + 1, owner)] if deeper else []
            case "integer" | "number":
                return _number(schema, name)
            case "boolean":
                return True
            case "string":
                return _words(schema, name, owner)
        return None

    def _object(self, schema: Json, depth: int, owner: str) -> Json:
        members = schema.get("properties", {})
        needed = {key: members[key] for key in members if key in schema.get("required", ())}
        if "action" in members:
            # Each action has its own further fields.
            members = needed
        elif self.is_sent:
            shown = {key for key, one in members.items() if _is_shown(one)}
            members = {key: members[key] for key in members if key in {*shown, *needed}} or members
        return {key: self.of(one, key, depth + 1, owner) for key, one in members.items()}


def _is_shown(schema: Json) -> bool:
    """Whether a request's example has the member though it may be left out.

    An id is shown only where the member gives one: any other would name nothing.
    """
    return schema.get("format") != "uuid" or "example" in schema


def _merged(parts: list[Json]) -> Json:
    return {key: value for part in parts for key, value in part.items()}


def _number(schema: Json, name: str) -> int | float:
    least: int | float = schema.get("minimum") or 0
    most: int | float = schema.get("maximum", 1)
    value = NUMBERS.get(name, max(least, 1) if most >= 1 else most)
    return min(value, most) if "maximum" in schema else value


def _words(schema: Json, name: str, owner: str) -> str | None:
    match schema.get("format"):
        case "uuid":
            return _id(name)
        case "date":
            return DATES.get(name, "2026-10-05")
        case "date-time":
            return "2026-10-05T14:30:00Z"
        case "binary":
            return "(the bytes of a file)"
    words: str | None = BY_MEMBER.get(f"{_resource(owner)}.{name}", _by_name(name))
    return words and words[: schema.get("maxLength")]


def _resource(schema: str) -> str:
    """The resource of the schema of a request: `Goal` of `GoalRequest` and `GoalPatch`."""
    for ending in ("Request", "Patch", "Create", "Item"):
        schema = schema.removesuffix(ending)
    return schema


def _by_name(name: str) -> Any:
    if name not in BY_NAME and name.endswith("_name"):
        return PEOPLE[sum(name.encode()) % len(PEOPLE)]
    return BY_NAME.get(name, name.replace("_", " ").capitalize())


def _id(name: str) -> str:
    """A UUIDv7 that is always the same for the same name."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    return f"0199b2c4-5f00-7{digits[:3]}-8{digits[3:6]}-{digits[6:18]}"
