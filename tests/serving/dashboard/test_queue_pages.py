"""The page Queue over a real socket: what it shows, to whom, and what it hides."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from features.history import add_decisions
from features.schema import Decision, Outcome
from features.tables import LOOKS, REVIEWS
from serving.dashboard.review_blind import COOKIE
from serving.dashboard.roles import Role

ORDER = ["Q-2", "Q-3", "Q-4", "Q/7?a=b#c", "Q-1", "Q-5", "Q-6", "Q-none"]


@pytest.fixture(scope="module")
def house(queue_house):
    """The service with a queue."""
    return queue_house


@pytest.fixture(scope="module")
def reviewer(house):
    """A reviewer of `house`."""
    return house.client(Role.REVIEWER)


def texts(page):
    bare = re.sub(r"<script.*?</script>|<[^>]*>", " ", page.text, flags=re.S)
    return " ".join(html.unescape(bare).split())


def listed(page):
    found = re.findall(r'<th scope="row"><a href="/queue/([^"]+)"', page.text)
    return [unquote(html.unescape(one)) for one in found]


def test_an_empty_house_has_an_empty_queue(new_house):
    page = new_house.client(Role.MANAGER).get("/queue")
    assert page.status_code == 200
    assert "Nothing waits for a decision." in texts(page)
    assert "0 appeals wait" in texts(page)


def test_those_of_most_harm_come_first_and_those_never_scored_are_counted(own_queue_house):
    page = own_queue_house.client(Role.REVIEWER).get("/queue")
    # An even number of decisions: the turn of most harm.
    assert listed(page)[0] == "Q-2"
    assert sorted(listed(page)) == sorted(ORDER)
    assert listed(page)[-1] == "Q-none"
    told = texts(page)
    assert "8 appeals wait for a decision" in told
    assert "1 appeal that waits was never scored" in told
    assert "redress score" in told
    assert (
        "Q-2 20 % Critical fraud overdue 30 Mar 2025, 10:01 overdue".casefold() in told.casefold()
    )
    assert "Q-3 45 % uncertain High".casefold() in told.casefold()


def test_texts_are_not_in_the_queue(reviewer):
    page = reviewer.get("/queue")
    assert page.status_code == 200
    assert "payout held" not in page.text
    assert "<script>" not in page.text


def test_themes_and_alarms_are_told(reviewer):
    told = texts(reviewer.get("/queue?theme=T1"))
    assert re.search(r"T1-30 emerging .{3,80} A1 – never scored", told)
    assert "payment hold payout on hold, bank change" in told
    hidden = reviewer.get("/queue?theme=T4")
    assert "hidden from view" not in hidden.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tier=critical&tier=high&sort=filed", ["Q-2", "Q-3"]),
        ("uncertain=1", ["Q-3"]),
        ("tier=low&sort=-score", ["Q-1", "Q-6", "Q-5"]),
        ("tier=medium&overdue=1&sort=due", ["Q-4", "Q/7?a=b#c"]),
        ("team=fraud&market=SG&policy=counterfeit&sort=filed", ["Q-1", "Q-3", "Q-5", "Q/7?a=b#c"]),
        ("market=none+such", []),
    ],
)
def test_the_queue_is_sorted_and_filtered_by_its_address(reviewer, query, found):
    page = reviewer.get(f"/queue?{query}")
    assert page.status_code == 200
    assert listed(page) == found


def test_many_that_wait_are_shown_in_pages(reviewer):
    first = reviewer.get("/queue?sort=filed")
    assert len(listed(first)) == 50
    second = reviewer.get("/queue?sort=filed&page=2")
    assert not set(listed(first)) & set(listed(second))
    assert listed(reviewer.get("/queue?sort=filed&page=99999")) == listed(second)
    links = [html.unescape(one) for one in re.findall(r'href="(/queue\?[^"]*)"', second.text)]
    assert any("sort=filed" in one and "page" not in one for one in links)


def test_a_viewer_reads_the_queue_and_opens_nothing(house, viewer):
    page = viewer.get("/queue?tier=critical")
    assert "Q-2" in page.text
    assert listed(page) == []
    assert "Decide blind" not in page.text
    assert "Do reviewers decide" not in page.text
    assert viewer.get("/queue/Q-2").status_code == 403
    assert viewer.get("/queue.csv").status_code == 403
    assert house.send(viewer, "/queue/blind", blind=1).status_code == 403
    stranger = house.client().get("/queue", follow_redirects=False)
    assert stranger.status_code in (302, 303, 401)


def test_the_download_has_figures_and_no_texts(manager):
    answer = manager.get("/queue.csv?tier=critical&tier=high&tier=medium&sort=filed")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["appeal"] for row in rows] == ["Q-2", "Q-3", "Q-4", "Q/7?a=b#c"]
    assert (rows[1]["uncertain"], rows[1]["tier"], rows[1]["overdue"]) == ("yes", "high", "yes")
    assert rows[0]["probability overturned"] == "0.2"
    assert "payout held" not in answer.text
    all_rows = manager.get("/queue.csv?unscored=1").content.decode("utf-8-sig")
    assert "Q-none,2025-03-30T09:07:00+00:00,,," in all_rows


def test_the_download_of_who_decides_blind_has_no_score(house):
    client = house.client(Role.MANAGER, "Blind Max")
    house.send(client, "/queue/blind", blind=1)
    answer = client.get("/queue.csv?tier=critical&sort=-score")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header == ["place", "appeal", "filed", "policy", "market", "language", "theme"]
    shown = listed(client.get("/queue"))
    assert [row[1] for row in rows[: len(shown)]] == shown


def test_the_next_appeal_is_the_one_after_in_order_and_none_that_is_decided(own_queue_house):
    house = own_queue_house
    client = house.client(Role.REVIEWER, "Ann")
    order = listed(client.get("/queue"))
    nexts = [*order[1:], order[0]]
    for appeal_id, after in zip(order, nexts, strict=True):
        answer = client.get("/queue-next", params={"after": appeal_id})
        assert answer.status_code == 303
        assert unquote(answer.headers["location"]) == f"/queue/{after}"
    with house.engine.begin() as connection:
        add_decisions(
            connection,
            [
                Decision(appeal_id=one, outcome=Outcome.UPHELD, decided_at=datetime.now(UTC))
                for one in order[1:]
            ],
        )
    answer = client.get("/queue-next", params={"after": order[0]})
    assert answer.headers["location"] == "/queue"
    assert "Nothing else waits." in texts(client.get("/queue"))
    assert client.get("/queue-next?after=%00&after=x").status_code == 303


def test_blind_hides_all_that_tells_the_score_until_it_is_switched_off(house):
    client = house.client(Role.REVIEWER, "Blind Bea")
    answer = house.send(client, "/queue/blind", blind=1, back="/queue")
    assert answer.status_code == 303
    assert client.cookies.get(COOKIE) == "1"
    page = client.get("/queue?tier=critical&sort=-score&uncertain=1&team=fraud")
    told = texts(page)
    assert "You decide blind." in told
    for hidden in ("Critical", "overdue", "20 %", "fraud", "uncertain"):
        assert hidden.casefold() not in told.casefold()
    assert listed(page)[:2] == listed(client.get("/queue"))[:2]
    house.send(client, "/queue/blind", blind=0, back="//evil.example/")
    assert "You see scores before you decide." in texts(client.get("/queue"))


def test_the_way_back_from_the_switch_stays_here(house, reviewer):
    answer = house.send(reviewer, "/queue/blind", blind=0, back="//evil.example/")
    assert answer.headers["location"] == "/"


def test_agreement_is_told_to_managers_with_its_uncertainty(own_queue_house):
    house = own_queue_house
    manager = house.client(Role.MANAGER)
    assert "No decision was made on these pages yet" in texts(manager.get("/queue"))
    look = {"looked_at": sa.func.current_timestamp(), "looked_by": "x", "score_shown": False}
    with house.engine.begin() as connection:
        connection.execute(sa.insert(LOOKS).values(look_id=1, appeal_id="Q-1", **look))
        rows = [
            ("Q-1", "ann", "overturned", False, 0.9),
            ("Q-1", "ann", "upheld", False, 0.9),  # a correction, which does not count
            ("Q-2", "ann", "upheld", False, 0.2),
            ("Q-3", "ann", "upheld", False, 0.7),
            ("Q-1", "bob", "upheld", True, 0.9),
            ("Q-4", "bob", "upheld", True, None),  # there was no score
        ]
        for appeal_id, by, outcome, blind, probability in rows:
            row = {"appeal_id": appeal_id, "reviewer_id": by, "outcome": outcome, "blind": blind}
            when = {"decided_at": sa.func.current_timestamp(), "look_id": 1}
            connection.execute(sa.insert(REVIEWS).values(probability=probability, **row, **when))
    told = texts(manager.get("/queue"))
    assert "shown before 3 67 % 21 % to 94 %" in told
    assert "hidden 1 0 % 0 % to 79 %" in told
    assert "Where the score was shown, agreement differs by +67 points" in told
    assert "That may be chance." in told
    assert "Too few decisions to build upon" in told
    assert "Do reviewers decide" not in texts(house.client(Role.REVIEWER).get("/queue"))
