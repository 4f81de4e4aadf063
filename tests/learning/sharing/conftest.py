"""A showcase that may be shown, with a section and works of several kinds."""

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.learning.sharing.showcase_world import Show
from tests.world import World


@pytest.fixture
def show(client: Client, database: Isolated, world: World) -> Show:
    """A showcase of one text."""
    made = Show(client, database, world)
    made.begin()
    text = {"kind": "text", "text": "Snow on the barn.\n\nIt slid at noon."}
    answers = [{"key": "what", "question": "What is it?", "text": "A poem on patience."}]
    made.work("A poem", [text], kind="writing", reflection=answers)
    return made


@pytest.fixture
def gallery(show: Show) -> Show:
    """The showcase with a picture too."""
    show.pictures = show.work(
        "A map",
        [show.file(samples.picture(size=(900, 600)), "Max Secret map.png", title="The map")],
        words="I drew it in May.",
    )
    return show
