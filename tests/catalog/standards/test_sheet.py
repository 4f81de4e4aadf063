"""A district's own proficiencies, as CSV."""

from tests.catalog.standards.conftest import Standards, codes, numbers
from tests.catalog.standards.packages import small

HEADER = "code,statement,parent,grades,subject\n"
OURS = 'B,Does B.,,,\nA,Does A.,,"9,10",Maths\nA.1,Does A.1.,A,,\n'


def sheet(rows: str = OURS, header: str = HEADER) -> bytes:
    return (header + rows).encode()


def test_a_sheet_becomes_a_framework_in_the_order_of_its_rows(standards: Standards) -> None:
    outcome = standards.bring(sheet(), "Our proficiencies")
    assert (outcome.state, numbers(outcome)) == ("applied", {"created": 3})
    assert standards.order() == ["B", "A", "A.1"]
    (framework,) = standards.frameworks()
    assert (framework.title, framework.source) == ("Our proficiencies", "csv")
    items = standards.items()
    assert (items["A"].grades, items["A"].subjects) == (["09", "10"], ["Maths"])
    assert items["A.1"].parent_id == items["A"].id


def test_a_byte_order_mark_other_columns_order_and_blank_rows_do_no_harm(
    standards: Standards,
) -> None:
    content = "\ufeffstatement,code\r\n Does A. ,A\r\n,\r\n\r\n".encode()
    outcome = standards.bring(content, "Ours")
    assert (outcome.state, numbers(outcome)) == ("applied", {"created": 1})
    assert standards.items()["A"].statement == "Does A."


def test_a_statement_may_have_lines_and_any_letters(standards: Standards) -> None:
    standards.bring(sheet('A,"One\nTwo, $x^2$ 𝑑",,,\n'), "Ours")
    assert standards.items()["A"].statement == "One\nTwo, $x^2$ 𝑑"


def test_the_same_sheet_twice_changes_nothing(standards: Standards) -> None:
    standards.bring(sheet(), "Ours")
    again = standards.bring(sheet(), " ours ")
    assert numbers(again, "frameworks").keys() <= {"unchanged", "updated"}
    assert numbers(again) == {"unchanged": 3}
    assert len(standards.frameworks()) == 1


def test_a_second_sheet_is_the_next_state_of_the_framework(standards: Standards) -> None:
    standards.bring(sheet(), "Ours")
    before = standards.items()
    rows = "A,Does A well.,,,\nA.1,Does A.1.,A,,\nC,Does C.,A,,\n"
    outcome = standards.bring(sheet(rows), "Ours", is_confirmed=True)
    assert numbers(outcome) == {"created": 1, "updated": 2, "retired": 1}
    after = standards.items()
    assert after["A"].id == before["A"].id
    assert after["A"].statement == "Does A well."
    assert after["B"].retired_on is not None
    assert standards.order() == ["A", "A.1", "C"]
    back = standards.bring(sheet(), "Ours", is_confirmed=True)
    assert numbers(back)["restored"] == 1
    assert standards.items()["B"].retired_on is None


def test_another_title_is_another_framework_with_the_same_codes(standards: Standards) -> None:
    standards.bring(sheet(), "Ours")
    outcome = standards.bring(sheet(), "Theirs")
    assert (outcome.state, numbers(outcome)) == ("applied", {"created": 3})
    assert len(standards.frameworks()) == 2


def test_a_sheet_and_a_package_stand_beside_each_other(standards: Standards) -> None:
    standards.bring(small())
    outcome = standards.bring(sheet(), "A framework")
    assert (outcome.state, codes(outcome)) == ("applied", set())
    assert {one.source for one in standards.frameworks()} == {"case", "csv"}
