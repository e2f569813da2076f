"""An appeal's page over a real socket: what it tells, what it hides, and the decision."""

import html
import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from features.tables import DECISIONS, LOOKS, REVIEWS
from serving.dashboard.roles import Role

ESCAPED = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;co&#39;"
MOST_BYTES = 150_000


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


def form_of(page):
    """Give what the form of the decision carries."""
    found = re.findall(r'name="(look|known)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in found}


def rows(house, table, **where):
    query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
    with house.engine.connect() as connection:
        return connection.execute(query).all()


def decide(house, client, appeal_id, **fields):
    """Open an appeal, and decide it."""
    page = client.get(f"/queue/{quote(appeal_id, safe='')}")
    return house.send(
        client, f"/queue/{quote(appeal_id, safe='')}/decide", **form_of(page), **fields
    )


def test_an_appeal_is_shown_with_what_moved_its_score(reviewer):
    page = reviewer.get("/queue/Q-1")
    told = texts(page)
    assert page.status_code == 200
    assert '<mark class="pro">invoice</mark>' in page.text
    assert '<mark class="con">Sorry</mark>' in page.text
    assert '<mark class="pro">INVOICE</mark>' in page.text
    assert "policy counterfeit +0.40" in told
    assert "words invoice +1.50" in told
    assert "words sorry −0.80" in told
    assert "Together, the logit a chance of 65 % +0.60" in told
    assert "version 7" in told
    assert "Version 6 scored this appeal 90 %" in told
    assert "the queue goes by that" in told


def test_earlier_appeals_of_the_same_subject_are_told(reviewer):
    told = texts(reviewer.get("/queue/Q-1"))
    assert "3: 1 overturned, 2 upheld, 0 undecided." in told
    assert "P-0 upheld 28 Feb 2025 · payment hold" in told
    assert "It is not known who appeals." in texts(reviewer.get("/queue/P-4"))


def test_similar_appeals_are_told_redacted_with_how_they_went(own_queue_house, until):
    reviewer = own_queue_house.client(Role.REVIEWER)
    until(lambda: "are being read" not in reviewer.get("/queue/Q-none").text)
    page = reviewer.get("/queue/Q-none")
    told = texts(page)
    assert "of these 6 were overturned" in told
    assert "payout held, mail me at [email]" in told
    assert "@example.com" not in page.text
    assert re.search(r"P-\d (upheld|overturned) \d+ Mar 2025 · payment hold", told)
    assert 'href="/queue/Q-none"' not in page.text.split("Similar appeals")[1]


def test_the_theme_and_the_alarm_of_an_appeal_are_told(reviewer):
    told = texts(reviewer.get("/queue/T1-30"))
    assert "theme payout on hold, bank change" in told
    assert "A1: part of something that emerges." in told
    assert "hidden from view" not in reviewer.get("/queue/T4-0").text


def test_hostile_and_foreign_texts_are_shown_as_they_are(reviewer):
    page = reviewer.get("/queue/Q-2")
    assert ESCAPED in page.text
    assert "<script>alert" not in page.text
    page = reviewer.get("/queue/Q-3")
    assert "حسابي معلق بدون سبب 🙏🏽" in page.text
    assert '<div class="letter" dir="auto">' in page.text


def test_a_text_as_long_as_can_be_is_shown_in_parts(reviewer):
    page = reviewer.get("/queue/Q-4")
    assert "part 1 of 5, 49,992 characters in all" in texts(page)
    assert len(page.content) < MOST_BYTES
    last = reviewer.get("/queue/Q-4?part=5")
    assert "part 5 of 5" in texts(last)
    assert reviewer.get("/queue/Q-4?part=-9").status_code == 200


def test_an_id_may_hold_anything(house):
    client = house.client(Role.REVIEWER, "Ann")
    answer = decide(house, client, "Q/7?a=b#c", outcome="upheld")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/queue/Q%2F7%3Fa%3Db%23c"
    assert [row.outcome for row in rows(house, DECISIONS, appeal_id="Q/7?a=b#c")] == ["upheld"]


def test_an_appeal_that_is_not_there_is_not_found(reviewer, house):
    assert reviewer.get("/queue/nobody").status_code == 404
    answer = house.send(reviewer, "/queue/nobody/decide", outcome="upheld", look=1, known="")
    assert answer.status_code == 422
    assert rows(house, LOOKS, appeal_id="nobody") == []


def test_what_the_champion_cannot_score_is_told_from_the_ledger(reviewer):
    told = texts(reviewer.get("/queue/Q-6"))
    assert "The model in service (version 7) cannot score this appeal" in told
    assert "version 6, on 30 Mar 2025" in told
    assert "30 %" in told


def test_an_appeal_never_scored_is_scored_on_the_spot_and_says_so(reviewer):
    told = texts(reviewer.get("/queue/Q-none"))
    assert "This appeal was never scored" in told
    assert "/v1/score" in told
    assert "version 7" in told


def test_without_a_champion_the_page_tells_what_there_is(new_house, queue_filler):
    queue_filler(new_house.engine)
    client = new_house.client(Role.REVIEWER)
    told = texts(client.get("/queue/Q-1"))
    assert "No model is in service" in told
    assert "the latest score in the ledger" in told
    assert "version 6" in told
    told = texts(client.get("/queue/Q-none"))
    assert "This appeal was never scored." in told
    assert "there is no model in service that could find them" in told
    assert decide(new_house, client, "Q-none", outcome="upheld").status_code == 303
    (review,) = rows(new_house, REVIEWS, appeal_id="Q-none")
    assert (review.probability, review.model_version) == (None, None)


def test_every_look_is_kept_and_logged_with_ids_alone(house, caplog, until):
    client = house.client(Role.REVIEWER, "Curious Cat")
    with caplog.at_level("INFO", logger="redress.serving"):
        client.get("/queue/Q-5")
        until(lambda: "appeal=Q-5" in caplog.text)
    (look,) = rows(house, LOOKS, looked_by="Curious Cat")
    assert (look.appeal_id, look.score_shown, look.model_version) == ("Q-5", True, "7")
    assert f"look={look.look_id}" in caplog.text
    assert "Curious" not in caplog.text
    assert "why?" not in caplog.text


def test_a_decision_goes_into_the_history_with_who_made_it(own_queue_house):
    house = own_queue_house
    client = house.client(Role.REVIEWER, "Ann")
    answer = decide(house, client, "Q-1", outcome="overturned", escalated_to="legal")
    assert answer.status_code == 303
    (decision,) = rows(house, DECISIONS, appeal_id="Q-1")
    assert (decision.outcome, decision.reviewer_id, decision.escalated_to) == (
        *("overturned", "Ann", "legal"),
    )
    (review,) = rows(house, REVIEWS, appeal_id="Q-1")
    assert review.decided_at == decision.decided_at
    assert (review.outcome, review.reviewer_id, review.blind) == ("overturned", "Ann", False)
    assert review.probability == pytest.approx(0.6457, abs=1e-4)
    assert review.model_version == "7"
    page = client.get("/queue/Q-1")
    assert "Recorded: overturned." in texts(page)
    assert "overturned , escalated to legal" in texts(page)
    assert "Q-1" not in re.findall(r'href="/queue/([^"]+)"', client.get("/queue").text)


def test_the_same_decision_again_adds_nothing_and_another_one_replaces_it(own_queue_house):
    house = own_queue_house
    client = house.client(Role.REVIEWER, "Ann")
    for _ in range(2):
        assert decide(house, client, "Q-1", outcome="upheld").status_code == 303
    assert "Recorded already: upheld." in texts(client.get("/queue/Q-1"))
    assert len(rows(house, DECISIONS, appeal_id="Q-1")) == 1
    decide(house, client, "Q-1", outcome="overturned")
    assert len(rows(house, REVIEWS, appeal_id="Q-1")) == 2


def test_what_was_chosen_in_a_form_of_an_earlier_session_is_shown_to_be_sent_again(own_queue_house):
    client = own_queue_house.client(Role.REVIEWER, "Ann")
    sent = {"token": "of another session", "outcome": "upheld", "look": "1", "known": ""}
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/queue/Q-1/decide", data=sent, headers=own)
    assert answer.status_code == 403
    assert "It was not saved" in texts(answer)
    assert 'name="outcome" dir="auto" value="upheld"' in answer.text
    assert '<input type="hidden" name="look" value="1">' in answer.text
    assert "of another session" not in answer.text
    assert rows(own_queue_house, DECISIONS, appeal_id="Q-1") == []
    # Where no browser says that it is a form of ours, nothing of it is shown.
    stranger = client.post("/queue/Q-1/decide", data=sent)
    assert stranger.status_code == 403
    assert "upheld" not in stranger.text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "Choose overturned or upheld."),
        ({"outcome": "maybe"}, "Decision: "),
        ({"outcome": "upheld", "escalated_to": "the moon"}, "Escalated to: "),
    ],
)
def test_a_choice_that_is_none_is_told_and_nothing_is_recorded(house, reviewer, fields, why):
    answer = decide(house, reviewer, "Q-5", **fields)
    assert answer.status_code == 422
    assert "Nothing was recorded." in texts(answer)
    assert why in texts(answer)
    assert rows(house, DECISIONS, appeal_id="Q-5") == []
    if fields.get("outcome") == "upheld":
        assert re.search(r'value="upheld" required checked', answer.text)


def test_blind_hides_the_score_until_the_reviewer_has_chosen(own_queue_house, until):
    house = own_queue_house
    client = house.client(Role.REVIEWER, "Bea")
    house.send(client, "/queue/blind", blind=1)
    until(lambda: "are being read" not in client.get("/queue/Q-1").text)
    page = client.get("/queue/Q-1")
    told = texts(page)
    assert "The score is hidden until you have decided" in told
    assert "outcome hidden" in told
    hints = ("65 %", "90 %", "Together", "<mark", "legal must", "version", 'class="tier', "Due")
    for hint in hints:
        assert hint not in page.text.split("<main")[1].replace("moved it, tier and due time", "")
    similar = told.split("Similar appeals")[1]
    assert "were overturned" not in similar
    assert " upheld" not in similar
    assert decide(house, client, "Q-1", outcome="upheld").status_code == 303
    assert "Together, the logit" in texts(client.get("/queue/Q-1"))
    (review,) = rows(house, REVIEWS, appeal_id="Q-1")
    assert review.blind
    assert review.probability == pytest.approx(0.6457, abs=1e-4)


def test_who_saw_the_score_before_has_not_decided_blind(own_queue_house):
    house = own_queue_house
    client = house.client(Role.REVIEWER, "Peeping Tom")
    client.get("/queue/Q-1")
    house.send(client, "/queue/blind", blind=1)
    assert decide(house, client, "Q-1", outcome="upheld").status_code == 303
    (review,) = rows(house, REVIEWS, appeal_id="Q-1")
    assert not review.blind


def test_the_second_of_two_reviewers_is_told_and_nothing_is_lost(own_queue_house):
    house = own_queue_house
    ann, bob = (house.client(Role.REVIEWER, name) for name in ("Ann", "Bob"))
    form = form_of(bob.get("/queue/Q-1"))
    decide(house, ann, "Q-1", outcome="overturned", escalated_to="fraud")
    answer = house.send(bob, "/queue/Q-1/decide", **form, outcome="upheld", escalated_to="legal")
    assert answer.status_code == 409
    told = texts(answer)
    assert "Somebody else has decided this appeal meanwhile" in told
    assert "Ann : overturned , escalated to fraud" in told
    assert "You, just now: upheld , escalated to legal" in told
    assert len(rows(house, DECISIONS, appeal_id="Q-1")) == 1
    again = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'name="(look|known|outcome|escalated_to)" value="([^"]*)"', answer.text
        )
    }
    assert house.send(bob, "/queue/Q-1/decide", **again).status_code == 303
    made = rows(house, DECISIONS, appeal_id="Q-1")
    assert sorted((row.outcome, row.reviewer_id) for row in made) == [
        ("overturned", "Ann"),
        ("upheld", "Bob"),
    ]
    assert len(rows(house, REVIEWS, appeal_id="Q-1")) == 2


def test_a_form_sent_twice_is_recorded_once(own_queue_house):
    house = own_queue_house
    client = house.client(Role.REVIEWER, "Ann")
    form = form_of(client.get("/queue/Q-1"))
    for _ in range(2):
        answer = house.send(client, "/queue/Q-1/decide", **form, outcome="upheld")
        assert answer.status_code == 303
    assert len(rows(house, DECISIONS, appeal_id="Q-1")) == 1
    assert len(rows(house, REVIEWS, appeal_id="Q-1")) == 1


@pytest.mark.parametrize("look", ["", "x", "999999", "-1"])
def test_a_form_without_a_look_of_ones_own_records_nothing(house, reviewer, look):
    answer = house.send(reviewer, "/queue/Q-5/decide", look=look, known="", outcome="upheld")
    assert answer.status_code == 422
    assert "a look of yours" in texts(answer)
    assert rows(house, DECISIONS, appeal_id="Q-5") == []


def test_another_ones_look_is_not_ones_own(house, reviewer):
    form = form_of(house.client(Role.REVIEWER, "Ann").get("/queue/Q-5"))
    answer = house.send(reviewer, "/queue/Q-5/decide", **form, outcome="upheld")
    assert answer.status_code == 422
    assert rows(house, DECISIONS, appeal_id="Q-5") == []


def test_viewers_neither_read_nor_decide(house, viewer):
    assert viewer.get("/queue/Q-1").status_code == 403
    answer = house.send(viewer, "/queue/Q-1/decide", outcome="upheld", look=1, known="")
    assert answer.status_code == 403
    assert rows(house, DECISIONS, appeal_id="Q-1") == []


def test_a_form_without_the_token_records_nothing(house, reviewer):
    form = form_of(reviewer.get("/queue/Q-5"))
    answer = reviewer.post("/queue/Q-5/decide", data={**form, "outcome": "upheld"})
    assert answer.status_code == 403
    assert rows(house, DECISIONS, appeal_id="Q-5") == []
