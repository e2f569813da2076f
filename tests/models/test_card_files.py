import pytest

from features.errors import NoCard, NoSuchVersion
from features.settings import Settings
from models.card_files import CARD_HTML, CARD_MARKDOWN, keep_card, read_card
from models.registry import MODEL, Registry

pytestmark = pytest.mark.slow  # MLflow makes a store


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    registry = Registry(Settings(home=tmp_path_factory.mktemp("cards")))
    client = registry.client
    number = client.create_experiment(MODEL, registry.settings.artifacts.as_uri())
    run_id = client.create_run(number).info.run_id
    client.log_text(run_id, "nothing", "model/artifacts/scorer/model.json")
    registry.register(run_id, {})
    return registry


def test_a_card_is_kept_beside_its_version_and_the_next_one_takes_its_place(registry):
    run_id = registry.describe("1").run_id
    for text in ("<p>one</p>", "<p>ร้านค้า</p>"):
        keep_card(registry, run_id, text, "# card")
        assert read_card(registry, "1") == text
    assert registry.artifact(run_id, CARD_MARKDOWN).read_text() == "# card"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x" * 5_000_001])
def test_a_card_that_is_gone_or_damaged_is_named_with_its_remedy(registry, content):
    run_id = registry.describe("1").run_id
    keep_card(registry, run_id, "<p>one</p>", "")
    path = registry.artifact(run_id, CARD_HTML)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(NoCard, match="redress card --version 1"):
        read_card(registry, "1")


def test_a_version_that_is_not_there_is_named(registry):
    with pytest.raises(NoSuchVersion):
        read_card(registry, "9")
