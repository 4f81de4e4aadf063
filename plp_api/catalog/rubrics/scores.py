"""Scores by a rubric: levels of its scale, criterion by criterion, checked and in its words."""

from collections.abc import Mapping, Sequence
from typing import Any

from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation.problems import Code, FieldError, Problem

Fields = Mapping[str, Any]


def checked(rubric: Rubric, scores: Sequence[Fields], *, are_complete: bool = True) -> list[Fields]:
    """The scores (`criterion`, `level`, …) in the order of the rubric, one for each criterion.

    With `are_complete=False` criteria may be left out. Raises Problem: validation_failed
    (`scores`), level_not_on_scale.
    """
    criteria = [one["key"] for one in rubric.criteria]
    errors = _wrong_criteria(criteria, scores)
    if are_complete:
        errors += _missing(criteria, scores)
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    _check_levels(rubric.scale.keys, scores)
    return sorted(scores, key=lambda one: criteria.index(one["criterion"]))


def _wrong_criteria(criteria: Sequence[str], scores: Sequence[Fields]) -> list[FieldError]:
    """What is wrong with the criteria that are scored: unknown, or scored twice."""
    errors, known = [], set()
    for place, one in enumerate(scores):
        pointer = f"/scores/{place}/criterion"
        if one["criterion"] not in criteria:
            errors.append(FieldError(pointer, f"The rubric's criteria are: {', '.join(criteria)}."))
        if one["criterion"] in known:
            errors.append(FieldError(pointer, "This criterion has a level above already."))
        known.add(one["criterion"])
    return errors


def _missing(criteria: Sequence[str], scores: Sequence[Fields]) -> list[FieldError]:
    known = {one["criterion"] for one in scores}
    missing = [key for key in criteria if key not in known]
    words = f"Give a level for each criterion; missing: {', '.join(missing)}."
    return [FieldError("/scores", words)] if missing else []


def _check_levels(allowed: Sequence[str], scores: Sequence[Fields]) -> None:
    errors = [
        FieldError(f"/scores/{place}/level", f"Must be one of: {', '.join(allowed)}.")
        for place, one in enumerate(scores)
        if one["level"] not in allowed
    ]
    if errors:
        extra = {"allowed_levels": list(allowed)}
        raise Problem(Code.LEVEL_NOT_ON_SCALE, errors=errors, extra=extra)


def in_words(rubric: Rubric, levels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The levels by criterion in the words of the rubric's edition, and in its order."""
    titles = {level["key"]: level["title"] for level in rubric.scale.levels}
    return [
        {
            "criterion": one["key"],
            "criterion_title": one["title"],
            "level": level,
            "level_title": titles[level],
            "level_position": rubric.scale.keys.index(level) + 1,
        }
        for one in rubric.criteria
        if (level := levels.get(one["key"])) is not None
    ]
