"""Characters that no font has: found with few queries, and named."""

from plp_api.foundation.printing.glyphs import PROBES, isolated, missing, named

HAN = "".join(chr(0x4E00 + index) for index in range(5000))


def test_only_what_cannot_be_drawn_is_missing() -> None:
    lacking = missing(["Привет 中, 文"], lambda characters: not set(characters) & set("中文"))
    assert lacking == {"中", "文"}


def test_where_all_can_be_drawn_one_question_suffices() -> None:
    asked: list[str] = []

    def can_draw(characters: str) -> bool:
        asked.append(characters)
        return True

    assert not missing(["Привет"], can_draw)
    assert len(asked) == 1


def test_a_text_of_thousands_of_characters_is_asked_about_a_limited_number_of_times() -> None:
    asked: list[str] = []

    def can_draw(characters: str) -> bool:
        asked.append(characters)
        return characters == "ж"

    lacking = missing([HAN + "ж"], can_draw)
    assert set(HAN) <= lacking
    assert len(asked) <= PROBES


def test_words_of_one_script_are_counted_and_pictures_are_named() -> None:
    lacking = frozenset("中文字🐕🎓")
    assert named({"a": ["中文 字!"]}, lacking) == {"a": ["[3 CJK characters]!"]}
    assert named("🐕 and 🎓\u200d.", lacking) == "[dog] and [graduation cap]."


def test_directions_are_closed_where_they_were_opened_and_close_nothing_of_others() -> None:
    fsi, pdi, rlo, pdf, lri = "\u2068", "\u2069", "\u202e", "\u202c", "\u2066"
    assert isolated("plain, as it was") == "plain, as it was"
    assert isolated(f"{rlo}evil") == f"{fsi}{rlo}evil{pdf}{pdi}"
    assert isolated(f"{pdi}{rlo}evil") == f"{fsi}{rlo}evil{pdf}{pdi}"
    assert isolated(f"{lri}a{rlo}b{pdi}c") == f"{fsi}{lri}a{rlo}b{pdi}c{pdi}"
    assert isolated(f"{lri}a{pdf}b") == f"{fsi}{lri}ab{pdi}{pdi}"
    assert isolated("שלום") == f"{fsi}שלום{pdi}"
