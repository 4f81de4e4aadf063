"""A school year in each test: one student's year, and what everybody could see of it."""

from datetime import timedelta

from plp_api.foundation import clock
from tests.year.conftest import Year, body, done, refused


def test_a_silent_parent_is_excepted_by_the_advisor_after_three_logged_attempts(year: Year) -> None:
    parent, pupil = year.home.parent, year.pupil
    year.on("09-15")
    before = year.covered()
    year.meets()
    version = year.approved(scope_and_rigor="Algebra, and a term at the clinic.")
    year.signed(version, pupil)
    assert year.standing == "current", "no signature is a lock on the plan"
    assert year.covered()["current"] == before["current"] + 1
    assert year.asked(version) == (
        "pending",
        {"student": "signed", "school": "signed", "parent": "open"},
    )

    for day, mode in (("09-20", "letter"), ("09-27", "phone")):
        year.on(day)
        year.tried(mode)
    early = year.excuse(version, year.home.advisor, "silence")
    assert (refused(early), early.json["missing"]) == ((409, "outreach_insufficient"), 1)
    year.on("10-04")
    year.tried("home_visit")
    done(year.excuse(version, year.home.advisor, "silence"))

    state, roles = year.asked(version)
    assert (state, roles["parent"]) == ("excepted", "excepted")
    assert year.covered()["signatures_excepted"] == before["signatures_excepted"] + 1
    assert "The school has excused this signature" in year.printed(version, year.student)
    assert year.asked(version, year.parent)[0] == "excepted"
    for path in (f"{year.review}/outreach-attempts", f"{version}/signature-exceptions"):
        assert year.parent.get(path).status_code == 403, "the log is the school's"

    year.on("11-10")
    year.signed(version, parent)
    assert year.asked(version) == (
        "complete",
        {"student": "signed", "school": "signed", "parent": "signed"},
    )


def test_a_parent_who_refuses_is_excepted_by_an_admin_and_their_words_stay_theirs(
    year: Year,
) -> None:
    parent, words = year.home.parent, "We were promised Algebra II."
    year.on("09-15")
    version = year.approved()
    year.signed(version, year.pupil)
    year.on("09-20")
    year.declined(version, parent, words)
    assert year.asked(version)[1]["parent"] == "declined"
    assert year.standing == "current"
    for reader, is_told in (
        (year.advisor, True),
        (year.school_admin, True),
        (year.parent, True),
        (year.student, False),
        (year.inspecting_parent, False),
        (year.registrar, False),
    ):
        told = reader.get(f"{version}/signatures").get_data(as_text=True)
        assert (words in told) == is_told
    assert refused(year.excuse(version, year.home.advisor, "silence"))[0] == 409
    assert refused(year.excuse(version, year.home.advisor, "refusal")) == (403, "permission_denied")
    done(year.excuse(version, year.home.school_admin, "refusal"))
    assert year.asked(version)[0] == "excepted"
    for reader in (year.student, year.parent, year.school_admin):
        copy = year.printed(version, reader)
        assert "The school has excused this signature" in copy
        assert words not in copy, "a copy that travels does not tell who declined"


def test_a_split_household_under_any_is_settled_by_an_admin(year: Year) -> None:
    mother, father = year.home.parent, year.home.senior_parent
    year.becomes_parent(father)
    year.decides(deciding_parents="any")
    year.on("09-15")
    year.meets(mother, father)
    version = year.approved()
    year.signed(version, year.pupil, mother)
    assert year.asked(version)[0] == "complete", "one of them suffices"
    year.on("09-22")
    year.declined(version, father, "I was not asked.")
    assert year.asked(version) == (
        "pending",
        {"student": "signed", "school": "signed", "parent": "split"},
    )
    (found,) = year.school_admin.read("/plans?signature_status=split")["items"]
    assert found["id"] == str(year.pupil.plan_id)
    fathers = year.as_(father).read(f"{version}/signatures")
    assert str(mother.id) not in str(fathers), "neither learns who the other is"
    assert "I was not asked." not in str(year.parent.read(f"{version}/signatures"))
    assert refused(year.excuse(version, year.home.advisor, "split")) == (403, "permission_denied")
    done(year.excuse(version, year.home.school_admin, "split"))
    assert year.asked(version)[0] == "excepted"
    assert year.school_admin.read("/plans?signature_status=split")["items"] == []
    assert year.standing == "current"


def test_a_split_household_under_all_waits_for_both(year: Year) -> None:
    mother, father = year.home.parent, year.home.senior_parent
    year.becomes_parent(father)
    year.decides(deciding_parents="all")
    year.on("09-15")
    version = year.approved()
    before = year.covered()
    year.signed(version, year.pupil, mother)
    assert year.asked(version) == (
        "pending",
        {"student": "signed", "school": "signed", "parent": "open"},
    )
    shown = year.printed(version, year.parent)
    assert "<strong>Parent:</strong> Not signed yet." in shown
    assert "Parent Of" in shown
    assert "Parent Of" not in year.printed(version, year.as_(father)), "nor whose is there"
    year.on("09-30")
    year.signed(version, father)
    assert year.asked(version)[0] == "complete"
    assert year.covered()["signatures_signed"] == before["signatures_signed"] + 1
    assert "Not signed yet" not in year.printed(version, year.parent)


def test_in_state_custody_no_parent_is_waited_for_and_why_is_for_staff(year: Year) -> None:
    year.on("09-10")
    tie = year.tie_of(year.home.parent)
    done(year.registrar.patch(tie, {"ends_on": str(clock.today())}))
    waivers = f"/students/{year.pupil.id}/signature-waivers"
    kept = year.counselor.made(waivers, {"reason": "state_custody", "note": "DCF, Ms. Hale."})
    year.on("09-15")
    year.meets()
    version = year.approved()
    year.signed(version, year.pupil)
    assert year.asked(version) == (
        "complete",
        {"student": "signed", "school": "signed", "parent": "not_applicable"},
    )
    assert year.standing == "current"
    assert year.school_admin.read(f"/signature-waivers/{kept['id']}")["note"] == "DCF, Ms. Hale."
    for reader in (year.student, year.advisor, year.registrar, year.auditor):
        assert reader.get(waivers).status_code == 403, "the student is theirs to see"
        told = "".join(
            reader.get(path).get_data(as_text=True)
            for path in (version, f"{version}/signatures", year.plan, year.review, "/plans")
        )
        assert "custody" not in told
        assert "Hale" not in told
    copy = year.printed(version, year.student)
    assert "custody" not in copy
    assert "Parent:" not in copy, "a copy does not even say that somebody is missing"


def test_a_student_who_enters_in_october_has_45_days(year: Year) -> None:
    entered = year.on("10-18")
    before = year.covered()
    wren = year.enters(given_name="Wren", family_name="Late", grade="09")
    due = entered + timedelta(days=45)
    (review,) = year.student.read(f"/students/{wren.id}/reviews")["items"]
    assert (review["due_on"], review["standing"]) == (str(due), "due")
    assert due == year.day("12-02"), "past the end of the cycle, which is 30 November"
    assert year.covered()["due"] == before["due"] + 1

    year.on("11-20")
    year.student.made(f"{year.plan}/profile-entries", {"kind": "interest", "body": "Boats"})
    goal = year.student.made(f"{year.plan}/goals", {"title": "Build a boat", "domain": "career"})
    done(year.student.act(f"/goals/{goal['id']}", "propose"))
    year.on("12-01")
    year.nightly()
    listed = year.student.read(f"/students/{wren.id}/reviews?sort=due_on")["items"]
    assert [one["standing"] for one in listed] == ["due", "due"], "the old cycle's is not overdue"
    late = f"/reviews/{review['id']}"
    year.travel(due)
    year.approved(year.draft(), about_me="I came in October.", scope_and_rigor="Algebra.")
    assert year.student.read(late)["standing"] == "current"
    assert year.covered()["current"] == before["current"] + 1
    assert year.student.read(f"/goals/{goal['id']}")["status"] == "active"
    year.travel(due + timedelta(days=1))
    assert year.advisor.read(late)["standing"] == "current"


def test_a_student_who_entered_in_october_and_has_no_plan_is_overdue_on_the_46th_day(
    year: Year,
) -> None:
    entered = year.on("10-18")
    year.enters(given_name="Wren", family_name="Late", grade="09")
    (review,) = year.student.read(f"/students/{year.pupil.id}/reviews")["items"]
    year.travel(entered + timedelta(days=45))
    before = year.covered()
    year.travel(entered + timedelta(days=46))
    assert year.advisor.read(f"/reviews/{review['id']}")["standing"] == "overdue"
    now = year.covered()
    assert (now["due"], now["overdue"]) == (before["due"] - 1, before["overdue"] + 1)


def test_at_18_in_october_what_waited_for_the_parent_waits_no_more(year: Year) -> None:
    eighteenth = year.day("10-12")
    year.about("robin", grade="12", born=eighteenth.replace(year=eighteenth.year - 18))
    mother = year.home.parent
    year.becomes_parent(mother)
    year.on("09-15")
    version = year.approved()
    year.signed(version, year.pupil)
    link = year.link(version, mother)
    year.on("10-11")
    assert year.asked(version)[1]["parent"] == "open"
    assert year.parent.get(version).status_code == 200
    assert "<strong>Parent:</strong> Not signed yet." in year.printed(version, year.student)

    year.on("10-12")
    assert year.asked(version) == (
        "complete",
        {"student": "signed", "school": "signed", "parent": "not_required"},
    )
    assert year.parent.get(version).status_code == 404
    assert year.sign(version, mother).status_code == 404
    assert link.open().status_code == 410, "what was handed out before asks again at its use"
    assert "Not signed yet" not in year.printed(version, year.student)
    assert str(year.pupil.id) not in year.parent.get("/students").get_data(as_text=True)
    stated = year.student.post(f"{version}/statements", {"body": "I was not asked then."})
    assert stated.status_code == 201, "the rights are the student's now"


def test_in_home_study_the_family_keeps_the_plan_and_the_school_reads_none_of_it(
    year: Year,
) -> None:
    year.on("09-15")
    at_school = year.approved()
    before = year.covered()
    year.on("10-01")
    span = year.registrar.made(f"/students/{year.pupil.id}/home-studies", {})
    assert year.covered()["enrolled"] == before["enrolled"] - 1, "outside coverage"
    assert year.covered(year.day("09-20")) == before, "and counted for the days before"
    version = year.draft()
    done(year.parent.patch(version, {"sections": {"about_me": "We took a house apart."}}))
    assert refused(year.advisor.act(version, "approve"))[0] == 404
    done(year.parent.act(version, "put_in_force"))
    assert year.student.read(year.plan)["regime"] == "home_study"
    for staff in (year.advisor, year.counselor, year.school_admin, year.district_admin):
        for path in (version, at_school, f"{version}/snapshot", f"{version}/print"):
            assert staff.get(path).status_code == 404, path
    (listed,) = (
        one for one in year.advisor.read("/plans")["items"] if one["id"] == str(year.pupil.plan_id)
    )
    assert (listed["regime"], listed["in_force"]) == ("home_study", None)
    course = {"type": "other", "title": "Band", "starts_on": str(year.day("01-15"))}
    band = year.student.made(f"{year.plan}/pathway-elements", course)
    element = f"/pathway-elements/{band['id']}"
    assert year.counselor.read(element)["title"] == "Band", "but what the school must decide"
    done(year.counselor.act(element, "approve"))
    year.signed(version, year.pupil)
    signed = {one["role"] for one in year.student.read(f"{version}/signatures")["items"]}
    assert signed == {"student", "parent"}, "nobody of the school took part"
    assert "We took a house apart." in year.printed(version, year.parent)
    assert year.standing == "current", "by what was approved at school"

    back = year.on("02-01")
    done(year.registrar.patch(f"/home-studies/{span['id']}", {"ends_on": str(back)}))
    year.nightly()
    assert year.standing == "due"
    assert body(year.advisor.read(version), "about_me") == "We took a house apart."
    at_school = year.amended(about_me="Back, and building.")
    assert year.standing == "current"
    assert year.asked(at_school) == (
        "pending",
        {"student": "open", "school": "signed", "parent": "open"},
    )
    assert year.covered()["enrolled"] == before["enrolled"]


def test_a_cte_student_is_read_by_the_staff_of_the_second_district_while_placed_there(
    year: Year,
) -> None:
    center, welding = year.world.away, {"type": "cte", "title": "Welding"}
    year.on("09-01")
    element = year.student.made(
        f"{year.plan}/pathway-elements",
        {
            **welding,
            "provider_name": "Granite Center",
            "provider_kind": "cte_center",
            "starts_on": str(year.day("09-08")),
        },
    )
    path = f"/pathway-elements/{element['id']}"
    done(year.counselor.act(path, "approve"))
    version = year.approved()
    teacher = center.counselor
    assert year.as_(teacher).get(version).status_code == 404, "not placed yet"
    (school,) = (
        one["id"]
        for one in year.registrar.read("/host-schools")["items"]
        if one["id"] == str(center.school_id)
    )
    span = {"starts_on": str(year.day("09-08")), "ends_on": str(year.day("06-10"))}
    year.registrar.made(
        f"/students/{year.pupil.id}/placements", {"kind": "cte", "school_id": school, **span}
    )
    assert year.as_(teacher).get(version).status_code == 404, "nor today"

    year.on("09-08")
    done(year.counselor.act(path, "enroll"))
    assert year.as_(teacher).read(path)["status"] == "enrolled"
    assert body(year.as_(teacher).read(version), "about_me") == "My about me."
    assert year.as_(teacher).read(year.plan)["in_force"]["number"] == 1
    assert "approve" not in year.as_(teacher).read(version)["available_actions"]
    assert year.as_(center.advisor).get(version).status_code == 404
    assert year.as_(center.registrar).get(version).status_code == 404
    assert str(year.pupil.id) in year.as_(teacher).get("/students").get_data(as_text=True)
    year.on("06-09")
    assert year.as_(teacher).get(path).status_code == 200
    year.on("06-10")
    for gone in (path, version, year.plan, f"/students/{year.pupil.id}"):
        assert year.as_(teacher).get(gone).status_code == 404, gone
    done(year.counselor.act(path, "complete", result="passed"))


def test_an_early_college_senior_leaves_the_high_school_and_takes_the_rights_along(
    year: Year,
) -> None:
    year.about("robin", grade="11", born=year.day("05-01").replace(year=year.began - 16))
    year.becomes_parent(year.home.parent)
    starts, accepted = year.day("08-25").replace(year=year.began + 1), year.day("05-20")
    year.on("04-01")
    asked = {
        "type": "early_college",
        "title": "First year at the college",
        "provider_name": "Vermont State University",
        "provider_kind": "college",
        "starts_on": str(starts),
    }
    made = year.student.made(f"{year.plan}/pathway-elements", asked)
    element = f"/pathway-elements/{made['id']}"
    done(year.counselor.act(element, "approve"))
    version = year.approved()
    year.signed(version, year.pupil, year.home.parent)

    year.on("06-01")
    early = year.counselor.act(element, "enroll", accepted_on=str(accepted))
    assert refused(early) == (409, "pathway_condition_unmet")
    assert "16 V.S.A. 946" in early.json["detail"]
    assert "not enrolled in the high school" in str(early.json["errors"])
    done(year.leaves(year.day("06-15")))
    done(year.counselor.act(element, "enroll", accepted_on=str(accepted)))

    moved = {"basis": "early_college", "on": str(starts), "reason": "Left for the college."}
    done(year.transfers_rights(**moved))
    assert year.parent.get(version).status_code == 200, "until that day"
    year.travel(starts)
    assert year.parent.get(version).status_code == 404
    assert year.student.read(f"/students/{year.pupil.id}")["holds_rights"] is True
    assert year.student.read(version)["signed_version_id"]
    assert year.asked(version, year.student)[1]["parent"] == "signed", "what was signed stays"
    second = year.amended(scope_and_rigor="College composition and calculus.")
    assert year.asked(second) == (
        "pending",
        {"student": "open", "school": "signed", "parent": "not_required"},
    )
    year.signed(second, year.pupil)
    assert year.asked(second)[0] == "complete", "the student alone answers for the family"
    assert year.sign(second, year.home.parent).status_code == 404


def test_a_student_who_returns_finds_the_plan_reopened_and_goals_to_carry_forward(
    year: Year,
) -> None:
    goal = f"/goals/{year.pupil.goal_id}"
    year.on("09-15")
    version = year.approved()
    assert year.standing == "current"
    before = year.covered()
    year.on("10-20")
    done(year.leaves(clock.today(), exit_code="1907"))
    done(year.life("transfer_out", reason="Moved to Maine."))
    assert year.covered()["enrolled"] == before["enrolled"] - 1
    assert year.sign(version, year.home.parent).json["code"] == "plan_closed"
    refused = year.student.post(f"{goal}/check-ins", {"percent": 20})
    assert refused.json["code"] == "permission_denied", "they have left"
    assert body(year.student.read(version), "about_me") == "My about me.", "theirs to read"
    year.on("12-01")
    year.nightly()
    assert len(year.student.read(f"/students/{year.pupil.id}/reviews")["items"]) == 2

    year.on("01-10")
    year.comes_back(grade="10")
    done(year.life("reopen", reason="Back from Maine."))
    assert (year.standing, year.covered()["enrolled"]) == ("due", before["enrolled"])
    assert "carry_forward" in year.student.read(goal)["available_actions"]
    carried = done(year.student.act(goal, "carry_forward"))
    assert carried["status"] == "carried_forward"
    (fresh,) = (
        one
        for one in year.student.read(f"{year.plan}/goals")["items"]
        if one["carried_from_id"] == str(year.pupil.goal_id)
    )
    assert fresh["title"] == "Shadow a nurse"
    second = year.amended(about_me="I mend boats now.")
    assert year.standing == "current"
    assert year.student.read(version)["status"] == "superseded"
    assert year.student.read(second)["number"] == 2


def test_a_change_of_custody_stops_a_signing_link_already_handed_out(year: Year) -> None:
    mother, father = year.home.parent, year.home.senior_parent
    year.on("09-15")
    year.becomes_parent(father)
    version = year.approved()
    year.signed(version, year.pupil)
    link = year.link(version, mother)
    page = link.identify()
    assert "My scope and rigor." in page.words

    year.on("09-20")
    order = {
        "may_decide": False,
        "basis": "15 V.S.A. 664",
        "order_reference": "Docket 12-3",
        "denied": [],
    }
    done(year.registrar.patch(year.tie_of(mother), order))
    stopped = link.post(step="sign", name="Pat", attest="yes", language="en", **page.hidden)
    assert stopped.status_code == 410
    assert "no longer works" in stopped.text
    assert "Docket" not in stopped.text
    assert year.parent.get(version).status_code == 200, "a parent who inspects still"
    assert refused(year.sign(version, mother)) == (403, "permission_denied")
    assert year.asked(version)[1]["parent"] == "open", "the other decides now"
    receipt = year.link(version, father).sign()
    assert receipt.status_code == 200
    assert year.asked(version)[0] == "complete"
    (mine,) = (
        one
        for one in year.advisor.read(f"{version}/signatures")["items"]
        if one["role"] == "parent"
    )
    assert (mine["method"], mine["person_id"]) == ("link", str(father.id))


def test_an_amendment_of_a_material_part_is_signed_again_by_everybody(year: Year) -> None:
    everybody = (year.pupil, year.home.parent)
    year.on("09-15")
    first = year.approved()
    year.signed(first, *everybody)
    year.on("02-10")
    second = year.amended(scope_and_rigor="Calculus, and welding at the center.")
    assert year.asked(second) == (
        "pending",
        {"student": "open", "school": "signed", "parent": "open"},
    )
    assert year.student.read(year.plan)["in_force"]["signature_state"] == "pending"
    for page in (year.printed(second, year.student), year.printed(second, year.parent)):
        assert "<strong>Student:</strong> Not signed yet." in page
    (change,) = year.parent.read(f"{second}/diff")["changes"]
    assert (change["part"], change["old"]) == ("sections/scope_and_rigor", "My scope and rigor.")
    stale = year.student.read(first)["snapshot_sha256"]
    wrong = year.parent.post(f"{second}/signatures", {"snapshot_sha256": stale, "language": "en"})
    assert refused(wrong) == (409, "snapshot_mismatch")
    year.signed(second, *everybody)
    assert year.asked(second)[0] == "complete"
    assert year.asked(first)[0] == "complete", (
        "the earlier ones stay with what they were given over"
    )


def test_an_amendment_of_another_part_keeps_every_signature(year: Year) -> None:
    year.on("09-15")
    first = year.approved()
    year.signed(first, year.pupil, year.home.parent)
    year.on("02-10")
    second = year.amended(about_me="I mend clocks.")
    assert year.asked(second)[0] == "complete"
    now = year.student.read(second)
    assert now["signed_version_id"] == year.student.read(first)["id"]
    assert year.student.read(year.plan)["in_force"]["signature_state"] == "complete"
    again = year.sign(second, year.home.parent)
    assert refused(again) == (409, "signature_exists")
    copy = year.printed(second, year.parent)
    assert "I mend clocks." in copy
    assert "Not signed yet" not in copy
    assert "version 1" in copy.lower(), "the copy says over which version they were given"


def test_after_a_won_hearing_the_plan_is_corrected_and_the_old_words_are_sealed(year: Year) -> None:
    wrong, right = "She was suspended twice.", "She was never suspended."
    year.on("09-15")
    first = year.approved(about_me=wrong)
    year.signed(first, year.pupil, year.home.parent)
    year.on("11-02")
    won = {
        "reason": "The hearing found it inaccurate.",
        "reference": "AR-14",
        "sections": {"about_me": right},
    }
    assert year.advisor.post(f"{first}/corrections", won).status_code == 403
    made = year.school_admin.made(f"{first}/corrections", won)
    corrected = f"/plan-versions/{made['id']}"
    assert year.asked(corrected)[0] == "complete", "nobody signs again for words put right"
    for reader in (year.student, year.parent, year.advisor, year.counselor):
        assert body(reader.read(corrected), "about_me") == right
        for path in (first, f"{year.plan}?expand=sections", f"{year.plan}/versions"):
            assert wrong not in reader.get(path).get_data(as_text=True), path
        for path in (f"{first}/snapshot", f"{first}/print", f"{corrected}/diff"):
            answer = reader.get(path)
            assert answer.status_code in (403, 409), path
            assert wrong not in answer.get_data(as_text=True)
    asked = year.day("10-01")
    then = year.student.read(f"{year.plan}/history?as_of={asked}")
    assert wrong not in str(then), "nor in the past"
    assert body(year.school_admin.read(first), "about_me") == wrong, "kept for who must"
    assert right in year.printed(corrected, year.parent)
    again = year.school_admin.post(f"{corrected}/corrections", won)
    assert refused(again) == (409, "version_corrected")
    assert "34 CFR 99.20" in again.json["detail"]


def test_after_a_lost_hearing_the_parent_s_statement_travels_with_what_it_contests(
    year: Year,
) -> None:
    says = "She had asked for calculus, and was told no."
    year.on("09-15")
    first = year.approved()
    year.on("11-02")
    part = "sections/scope_and_rigor"
    year.parent.made(f"{first}/statements", {"part": part, "body": says})
    before = year.student.get(f"{first}/snapshot").data
    year.on("02-10")
    second = year.amended(about_me="I mend clocks.")
    for version in (first, second):
        for reader in (year.student, year.parent, year.inspecting_parent, year.school_admin):
            (stated,) = reader.read(version)["statements"]
            assert (stated["part"], stated["body"]) == (part, says)
            shown = reader.read(f"{year.plan}?expand=sections")["statements"]
            assert [one["body"] for one in shown] == [says]
            copy = year.printed(version, reader)
            assert says in copy.split("Scope and rigor</h2>")[1].split("</section>")[0]
    (others,) = year.inspecting_parent.read(second)["statements"]
    assert others["author_id"] is None
    assert year.student.get(f"{first}/snapshot").data == before, "what was signed stays"
