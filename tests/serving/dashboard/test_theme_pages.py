"""The pages Themes and A theme over a real socket: what they show, and what they do."""

import csv
import html
import io
import json
import re
from datetime import date

import pytest
import sqlalchemy as sa

from features.tables import THEMES
from models.themes import Status
from serving.dashboard.roles import Role

HOSTILE = "<script>alert(\"1\")</script> & 'co'"
ESCAPED = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;co&#39;"
RIGHT_TO_LEFT = "حسابي معلق بدون سبب 🙏🏽"
ACTIONS = ["title", "status", "owner", "note", "dismiss", "merge"]


def listed(page):
    return re.findall(r'<th scope="row"><a href="/themes/(T\d+)">', page.text)


def texts(page):
    """Give what a page says, without its markup."""
    bare = re.sub(r"<script.*?</script>|<[^>]*>", " ", page.text, flags=re.S)
    return " ".join(html.unescape(bare).split())


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def revision(house):
    """Give the revision that a theme is at."""
    return lambda theme: house.theme(theme).revision


def test_before_the_first_discovery_the_page_says_what_to_run(new_house):
    page = new_house.client(Role.VIEWER).get("/themes")
    assert page.status_code == 200
    assert "redress discover" in page.text
    assert new_house.client(Role.VIEWER).get("/themes/T1").status_code == 404


def test_the_list_tells_what_is_new_first_and_counts_what_is_suppressed(viewer):
    page = viewer.get("/themes")
    assert listed(page) == ["T1", "T5", "T2", "T3", "T6"]
    assert "1 theme of too few sellers not shown" in texts(page)
    assert "hidden from view" not in page.text
    assert "emerging 10 in 7 days, 2.5 expected; by chance once in 3 months" in texts(page)
    assert "payment hold 38 of 40" in texts(page)
    assert page.headers["cache-control"] == "no-store"
    assert "'unsafe" not in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("query", "themes"),
    [
        ("sort=title", ["T2", "T6", "T1", "T5", "T3"]),
        ("sort=-share", ["T1", "T5", "T2", "T3", "T6"]),
        ("sort=share", ["T6", "T3", "T2", "T5", "T1"]),
        ("q=COUNTERFEIT", ["T5"]),
        ("q=t3", ["T3"]),
        ("q=🙏🏽", ["T3"]),
        ("q=nothing+says+this", []),
        ("alarm=1", ["T1", "T5"]),
        ("fact=market:SG&sort=title", ["T2", "T6", "T1", "T5", "T3"]),
        ("fact=market:XX", []),
        ("market=MY&sort=-match", ["T1", "T5", "T2", "T3", "T6"]),
        ("market=MY&sort=match", ["T6", "T3", "T2", "T5", "T1"]),
        ("market=MY&days=7&sort=title", ["T2", "T6", "T1", "T5", "T3"]),
        ("market=MY&policy=counterfeit&from=2025-03-31", []),
        ("market=SG&from=2025-03-31&sort=title", ["T1"]),
        ("market=SG&policy=counterfeit&detection=human", []),
        ("market=%00&days=7", []),
        ("market=&fact=brand:x", ["T1", "T5", "T2", "T3", "T6"]),
        ("days=28&sort=-week", ["T1", "T5", "T2", "T3", "T6"]),
        ("from=2025-02-20&to=2025-02-25&sort=-share", ["T1", "T5", "T2", "T3", "T6"]),
        ("status=resolved", []),
        ("status=new&status=resolved&q=payout&sort=-change", ["T1", "T2", "T3", "T5", "T6"]),
        ("sort=rubbish&page=-3&status=none&alarm=yes", ["T1", "T5", "T2", "T3", "T6"]),
        ("page=999999", ["T1", "T5", "T2", "T3", "T6"]),
    ],
)
def test_the_list_is_sorted_filtered_and_searched_by_its_address(viewer, query, themes):
    page = viewer.get(f"/themes?{query}")
    assert page.status_code == 200
    if query.endswith("-change"):  # equal changes stay in the order of cases
        assert sorted(listed(page)) == sorted(themes)
    else:
        assert listed(page) == themes


def test_a_filter_is_kept_by_every_way_on(viewer):
    asked = "q=payout&status=new&market=SG&policy=payment_hold"
    page = viewer.get(f"/themes?{asked}&days=14&sort=title")
    links = [html.unescape(one) for one in re.findall(r'href="(/themes[^"/]*\?[^"]*)"', page.text)]
    kept = [one for one in links if "days=14" in one]
    # All but the links to other days, and the one to all days.
    assert len(links) - len(kept) == 3
    parts = asked.split("&")
    assert all(set(parts) < set(one.partition("?")[2].split("&")) for one in links)
    assert any(one.startswith("/themes.csv?") for one in kept)
    assert '<input type="hidden" name="days" value="14">' in page.text
    assert '<option value="SG" selected>' in page.text


def test_a_fact_is_looked_for_among_the_appeals_and_matching_ones_are_counted(viewer):
    page = viewer.get("/themes?market=SG&policy=counterfeit&sort=-match")
    told = texts(page)
    assert listed(page) == ["T1", "T5", "T2", "T3", "T6"]
    assert "4 of 40 7 0" in told
    assert "Matching are a theme's appeals of market SG, policy counterfeit;" in told
    assert "1 of 8" in told
    unasked = viewer.get("/themes")
    assert "Matching" not in texts(unasked)
    offered = re.findall(r'<select id="market".*?</select>', unasked.text, flags=re.S)[0]
    assert re.findall(r'value="(.*?)"', offered) == ["", "MY", "SG"]


def test_all_figures_are_of_the_days_that_are_chosen(viewer):
    whole, fortnight = viewer.get("/themes"), texts(viewer.get("/themes?days=14&sort=-week"))
    assert "5 themes · 18 Mar 2025 to 31 Mar 2025" in fortnight
    assert "change is against the 14 days before" in fortnight
    assert 'aria-current="true">All 90 days' in whole.text
    assert "18 Mar 2025" not in texts(whole)
    # T3 has 12 appeals, all of these days; 14 days earlier it had none. 65 were filed in all.
    assert "12 +12 18 %" in fortnight
    rows = rows_of(viewer.get("/themes.csv?days=14&market=SG&sort=title"))
    row = next(one for one in rows if one["theme"] == "T1")
    assert (row["from"], row["to"]) == ("2025-03-18", "2025-03-31")
    assert (row["appeals"], row["appeals on as many days before"]) == ("14", "14")
    assert (row["matching appeals"], row["appeals this week"]) == ("5", "7")
    # Seven of the fourteen were decided; the one filed last on the day after the window.
    assert (row["decided"], row["overturned"]) == ("6", "3")
    assert 0 < float(row["overturned expected"]) < 6


def test_what_was_before_the_first_window_is_not_known(viewer):
    told = texts(viewer.get("/themes?days=90"))
    assert "the 90 days before, which are not known" in told
    rows = rows_of(viewer.get("/themes.csv?days=90"))
    assert {row["appeals on as many days before"] for row in rows} == {""}
    assert {row["matching appeals"] for row in rows} == {""}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2025-03-30&to=2025-04-30", "those from 30 Mar 2025 to 31 Mar 2025 are counted"),
        ("from=2025-03-30&to=2025-03-01", "All 90 days are counted: 30 Mar 2025 is after"),
        ("to=1999-12-31", "31 Dec 1999"),
    ],
)
def test_days_that_cannot_be_counted_are_said(viewer, query, said):
    page = viewer.get(f"/themes?{query}")
    assert page.status_code == 200
    assert said in texts(page)


def test_the_download_is_what_is_shown_and_runs_nothing(viewer):
    answer = viewer.get("/themes.csv?sort=title")
    rows = rows_of(answer)
    assert [row["theme"] for row in rows] == ["T2", "T6", "T1", "T5", "T3"]
    assert [row["title"] for row in rows[:2]] == [HOSTILE, "'=HYPERLINK(A1)"]
    assert (rows[2]["emerging"], rows[2]["alarm"]) == ("no", "A1")
    assert (rows[3]["emerging"], rows[3]["alarm"]) == ("yes", "A2")
    assert (rows[2]["appeals this week"], rows[2]["overturned expected"]) == ("7", "10.0")
    assert 'filename="themes-2025-03-31.csv"' in answer.headers["content-disposition"]
    assert answer.headers["content-type"].startswith("text/csv")


def test_a_theme_is_shown_whole(viewer):
    page = viewer.get("/themes/T1")
    told = texts(page)
    assert "A1: a new cause in it since" in told
    assert "Chance alone raises one such alarm once in 14 months." in told
    assert "policy payment hold 38 of 40 95 % 25 %" in told
    assert "<mark>payout hold</mark>" in page.text
    assert "overturned 20 50 % 25 %" in told
    assert "40 appeals of 40 sellers." in told
    assert "SG 14 35 % 14" in told
    assert "not told 13 32 %" in told
    assert "T1-39 31 Mar 2025, 09:00 upheld SG en payment hold" in told
    assert "my payout is held, says" not in page.text
    assert "Save" not in page.text
    later = texts(viewer.get("/themes/T1?filed=2"))
    assert "T1-0 " in later
    assert "T1-39 " not in later
    assert viewer.get("/themes/T1?filed=x9").status_code == 200


def test_whoever_may_read_an_appeal_has_it_linked(viewer, manager):
    assert 'href="/queue/T1-39"' in manager.get("/themes/T1").text
    assert 'href="/queue/' not in viewer.get("/themes/T1").text


def test_the_trend_has_what_was_expected_its_band_and_the_episodes_of_alarms(viewer):
    page = viewer.get("/themes/T1").text
    spec = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page)[0])
    styles = [layer["mark"]["style"] for layer in spec["layer"]]
    assert styles[:3] == ["episode", "band", "observed"]
    assert styles[-1] == "expected"
    days = spec["data"]["values"]
    assert (len(days), days[-1]["day"]) == (90, "2025-03-31")
    assert all(one["lower"] <= one["upper"] for one in days if "expected" in one)
    # One appeal a day since 50 days of none: soon it is what is expected.
    assert 0.5 < days[-1]["expected"] < 1.5
    assert '"alarm":"A' in page
    assert 'class="band"' in page


@pytest.mark.parametrize("theme", ["T4", "T99", "t1", "T1x", "T" + "9" * 19, "T١", "%00", "%ff"])
def test_a_theme_that_is_not_there_or_not_shown_is_a_page_that_says_so(manager, house, theme):
    page = manager.get(f"/themes/{theme}")
    assert page.status_code == 404
    assert "list of themes" in page.text
    assert 'href="/themes"' in page.text
    for action in ACTIONS:
        sent = {"note": "a", "title": "a", "owner": "a", "status": "new", "reason": "a"}
        answer = house.send(manager, f"/themes/{theme}/{action}", revision=0, into="T1", **sent)
        assert answer.status_code == 404


def test_hostile_and_foreign_text_is_text(viewer):
    page = viewer.get("/themes/T2")
    assert f'<h1 dir="auto">{ESCAPED}</h1>' in page.text
    assert "<script>alert" not in page.text
    assert RIGHT_TO_LEFT in viewer.get("/themes/T3").text
    found = viewer.get("/themes", params={"q": HOSTILE})
    assert "<script>alert" not in found.text
    assert f'value="{ESCAPED}"' in found.text


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.VIEWER, set()), (Role.REVIEWER, {"note"}), (Role.ADMIN, set(ACTIONS))],
)
def test_each_action_needs_its_role(house, role, allowed):
    client = house.client(role)
    shown = client.get("/themes/T6").text
    offered = {action for action in ACTIONS if f'action="/themes/T6/{action}"' in shown}
    assert offered == allowed
    for action in ACTIONS:
        # Without a revision nothing is done, but only whoever may do it is told so.
        answer = house.send(client, f"/themes/T6/{action}", reason="why", into="T1", status="new")
        assert answer.status_code == (422 if action in allowed else 403)
        assert ("needs a" in texts(answer)) is (action not in allowed)


def test_what_is_done_is_kept_under_the_persons_name_and_said_once(house, revision):
    client = house.client(Role.MANAGER, "Aisha")
    note = "é" * 4_990 + "\n🙏🏽 end"
    for field, value in (
        ("title", "  Bank   change "),
        ("status", "escalated"),
        ("owner", "Mia"),
        ("note", note),
    ):
        sent = {field: value, "reason": "seen", "revision": revision("T3")}
        answer = house.send(client, f"/themes/T3/{field}", **sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/themes/T3")
    page, again = client.get("/themes/T3"), client.get("/themes/T3")
    assert "Note saved." in page.text
    assert "Note saved." not in again.text
    theme = house.theme("T3")
    assert (theme.title, theme.status, theme.owner) == ("Bank change", Status.ESCALATED, "Mia")
    assert theme.note == note
    assert {change.made_by for change in theme.changes} == {"Aisha"}
    assert "Aisha : status new → escalated because: seen" in texts(page)
    assert note in html.unescape(page.text)


def test_what_was_said_cannot_be_put_there_by_others(house):
    client = house.client(Role.MANAGER)
    client.cookies.set("redress_said", "RXZpbA==." + "0" * 32)
    assert "Evil" not in client.get("/themes").text


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("title", {"title": "x" * 201}, "Title: a text of 201 characters"),
        ("note", {"note": "é" * 5_001}, "Note: a text of 5,001 characters; expected at most 5,000"),
        ("note", {"note": "a\0b"}, "Note: contains a NUL byte"),
        ("status", {"status": "done"}, "Status: "),
        ("owner", {"owner": "x" * 201}, "Owner: a text of 201 characters"),
        ("dismiss", {"reason": " "}, "Say why"),
        ("merge", {"into": ""}, "Choose a theme"),
        ("merge", {"into": "T1 "}, "Choose a theme"),
        ("merge", {"into": "T4"}, "not there any more"),
        ("merge", {"into": "T99"}, "not there any more"),
        ("merge", {"into": "T6"}, "a theme cannot be merged into itself"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_used_is_shown_again_with_the_reason(
    house, manager, revision, action, fields, why
):
    before = house.theme("T6")
    answer = house.send(manager, f"/themes/T6/{action}", revision=before.revision, **fields)
    assert answer.status_code == 422
    assert why in texts(answer)
    assert house.theme("T6") == before
    for value in fields.values():
        if "\0" not in value and action in ("title", "note", "owner"):
            assert value in answer.text


@pytest.mark.parametrize("revision", ["", "x", "-1", "1e3", "٣", "9" * 10])
def test_a_form_without_its_revision_does_nothing(house, manager, revision):
    answer = house.send(manager, "/themes/T6/owner", owner="Mia", revision=revision)
    assert answer.status_code == 422
    assert "which revision" in answer.text
    assert house.theme("T6").owner is None


def test_of_two_managers_the_second_sees_both_and_nothing_is_lost(house, revision):
    first, second = house.client(Role.MANAGER, "Aisha"), house.client(Role.MANAGER, "Ben")
    read = revision("T2")
    house.send(first, "/themes/T2/owner", owner="Aisha", revision=read)
    house.send(first, "/themes/T2/note", note="from <Aisha>", revision=read + 1)
    clash = house.send(second, "/themes/T2/note", note="from Ben", revision=read)
    assert clash.status_code == 409
    told = texts(clash)
    assert "Aisha : note – → from <Aisha>" in told
    assert "Aisha : owner – → Aisha" in told
    assert "from <Aisha>" in told
    assert "from Ben</textarea>" in clash.text
    assert house.theme("T2").note == "from <Aisha>"
    now = re.search(r'name="revision" value="(\d+)"', clash.text)[1]
    both = "from <Aisha>\nfrom Ben"
    assert house.send(second, "/themes/T2/note", note=both, revision=now).status_code == 303
    theme = house.theme("T2")
    assert (theme.note, theme.owner) == (both, "Aisha")
    assert [change.made_by for change in theme.changes] == ["Aisha", "Aisha", "Ben"]


def test_only_what_was_changed_since_is_told_to_the_second(house, revision):
    client = house.client(Role.MANAGER, "Aisha")
    read = revision("T5")
    house.send(client, "/themes/T5/title", title="one", revision=read)
    house.send(client, "/themes/T5/title", title="two", revision=read + 1)
    clash = house.send(client, "/themes/T5/merge", into="T1", reason="same", revision=read + 1)
    assert clash.status_code == 409
    assert "title one → two" in texts(clash)
    assert "→ one" not in texts(clash)
    assert house.theme("T5").merged_into is None


def test_dismissed_with_a_reason_and_brought_back(full_house):
    client = full_house.client(Role.MANAGER)
    full_house.send(client, "/themes/T6/dismiss", reason="a test of ours", revision=0)
    assert full_house.theme("T6").status is Status.DISMISSED
    assert full_house.theme("T6").changes[-1].reason == "a test of ours"
    assert 'action="/themes/T6/dismiss"' not in client.get("/themes/T6").text
    full_house.send(client, "/themes/T6/status", status="new", revision=1)
    assert full_house.theme("T6").status is Status.NEW


def test_a_merge_leads_to_the_other_theme_and_none_goes_in_a_circle(full_house):
    client = full_house.client(Role.MANAGER)
    merged = full_house.send(client, "/themes/T6/merge", into="T3", revision=0, reason="same")
    assert merged.headers["location"] == "/themes/T3"
    assert "T6 counts to this theme from now on." in client.get("/themes/T3").text
    old = client.get("/themes/T6")
    assert "This theme counts to" in old.text
    assert 'action="/themes/T6/' not in old.text
    revision = full_house.theme("T3").revision
    circle = full_house.send(client, "/themes/T3/merge", into="T6", revision=revision)
    assert circle.status_code == 422
    assert "theme T6 has been merged into T3" in texts(circle)
    again = full_house.send(client, "/themes/T6/owner", owner="Mia", revision=1)
    assert again.status_code == 422
    assert "Change T3." in texts(again)
    assert full_house.theme("T3").merged_into is None
    assert "T6" not in listed(client.get("/themes"))


def test_a_theme_no_longer_found_is_listed_when_asked_for(full_house):
    client = full_house.client(Role.VIEWER)
    with full_house.engine.begin() as connection:
        gone = sa.update(THEMES).where(THEMES.c.theme_id == "T6")
        connection.execute(gone.values(retired_on=date(2025, 3, 30)))
    assert "T6" not in listed(client.get("/themes"))
    assert "T6" in listed(client.get("/themes?retired=1"))
    assert "No longer found since 30 Mar 2025" in client.get("/themes/T6").text
