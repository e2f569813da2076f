"""The pages Themes and A theme over a real socket: what they show, and what they do."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from features.tables import THEMES
from models.catalog import Catalog
from models.curation import Edit
from models.themes import Descent, Event, Found, Member, Status
from serving.dashboard.roles import Role

HOSTILE = "<script>alert(\"1\")</script> & 'co'"
ESCAPED = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;co&#39;"
RIGHT_TO_LEFT = "حسابي معلق بدون سبب 🙏🏽"
NOON = datetime(2025, 5, 1, 12, tzinfo=UTC)
ACTIONS = ["change", "note", "dismiss", "merge"]


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
    assert (
        "emerging 10 in 7 days, 2.5 expected by its own past; by chance once in 3 months"
        in texts(page)
    )
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
        sent = {"note": "a", "owner": "a", "reason": "a"}
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


def test_what_one_form_holds_is_one_revision_under_the_persons_name_and_said_once(house, revision):
    client = house.client(Role.MANAGER, "Aisha")
    read = revision("T3")
    form = {"title": "  Bank   change ", "status": "escalated", "owner": "Mia", "reason": "seen"}
    answer = house.send(client, "/themes/T3/change", **form, revision=read)
    assert (answer.status_code, answer.headers["location"]) == (303, "/themes/T3")
    page, again = client.get("/themes/T3"), client.get("/themes/T3")
    assert "Saved: title, status, owner." in page.text
    assert "Saved:" not in again.text
    theme = house.theme("T3")
    assert (theme.title, theme.status, theme.owner) == ("Bank change", Status.ESCALATED, "Mia")
    assert (theme.revision, {one.made_by for one in theme.changes}) == (read + 1, {"Aisha"})
    assert "Aisha : status new → escalated because: seen" in texts(page)
    same = house.send(client, "/themes/T3/change", **form, revision=read + 1)
    assert same.status_code == 303
    assert "Nothing was changed." in client.get("/themes/T3").text
    assert house.theme("T3").changes == theme.changes


def test_every_note_stays_as_it_was_written_and_is_nobodys_to_overwrite(full_house):
    manager = full_house.client(Role.MANAGER, "Aisha")
    reviewer = full_house.client(Role.REVIEWER, "Ben")
    long = "é" * 4_990 + "\n🙏🏽 end"
    tall = "\n".join(f"line {n}" for n in range(200))
    for client, note in ((manager, "mine <b>"), (reviewer, long), (reviewer, tall)):
        answer = full_house.send(client, "/themes/T3/note", note=note, revision=0)
        assert answer.status_code == 303
    assert full_house.send(reviewer, "/themes/T3/note", note=" \n ").status_code == 422
    page = html.unescape(reviewer.get("/themes/T3").text)
    assert page.index(tall) < page.index(long) < page.index("mine <b>")
    assert page.count('<details><summary dir="auto">') == 2
    assert '<summary dir="auto">line 0…</summary>' in page
    assert "Ben : wrote a note" in texts(reviewer.get("/themes/T3"))
    assert page.count("line 199") == 1
    theme = full_house.theme("T3")
    assert (theme.note, [one.made_by for one in theme.changes]) == (tall, ["Aisha", "Ben", "Ben"])
    full_house.send(manager, "/themes/T3/note", note="a" * 5_001)
    assert full_house.theme("T3").note == tall


def test_what_turns_text_round_is_left_out(full_house):
    client = full_house.client(Role.MANAGER)
    turned = "\u202eshop\u2066 " + RIGHT_TO_LEFT
    full_house.send(client, "/themes/T1/change", title=turned, owner="a\u202db", revision=0)
    theme = full_house.theme("T1")
    assert (theme.title, theme.owner) == (f"shop {RIGHT_TO_LEFT}", "ab")


def test_what_was_said_cannot_be_put_there_by_others(house):
    client = house.client(Role.MANAGER)
    client.cookies.set("redress_said", "RXZpbA==." + "0" * 32)
    assert "Evil" not in client.get("/themes").text


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("change", {"title": "x" * 201}, "Title: a text of 201 characters"),
        ("note", {"note": "é" * 5_001}, "Note: a text of 5,001 characters; expected at most 5,000"),
        ("note", {"note": "a\0b"}, "Note: contains a NUL byte"),
        ("note", {"note": " \n"}, "Write something."),
        (
            "change",
            {"status": "done", "owner": "Mia"},
            "Status: not one of the possible values; expected 'new', 'watching', 'escalated',"
            " 'resolved' or 'dismissed'",
        ),
        ("change", {"owner": "x" * 201}, "Owner: a text of 201 characters"),
        ("change", {"status": "dismissed", "reason": " "}, "Say why"),
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
        if "\0" not in value and action in ("change", "note") and value.strip():
            assert value in answer.text or value == "done"


@pytest.mark.parametrize("revision", ["", "x", "-1", "1e3", "٣", "9" * 10])
def test_a_form_without_its_revision_does_nothing(house, manager, revision):
    answer = house.send(manager, "/themes/T6/change", owner="Mia", revision=revision)
    assert answer.status_code == 422
    assert "which revision" in answer.text
    assert house.theme("T6").owner is None


def test_of_two_managers_the_second_sees_both_and_nothing_is_lost(house, revision):
    first, second = house.client(Role.MANAGER, "Aisha"), house.client(Role.MANAGER, "Ben")
    read = revision("T2")
    house.send(first, "/themes/T2/change", owner="<Aisha>", revision=read)
    house.send(first, "/themes/T2/note", note="secret of nobody", revision=read + 1)
    mine = {"owner": "Ben", "status": "new", "title": "", "reason": ""}
    clash = house.send(second, "/themes/T2/change", **mine, revision=read)
    assert clash.status_code == 409
    told = texts(clash)
    assert "Aisha : owner – → <Aisha>" in told
    assert "Aisha : wrote a note" in told
    assert 'value="Ben"' in clash.text
    # What both have alike is not asked about.
    assert re.findall(r'id="mine-(\w+)"', clash.text) == ["owner"]
    assert house.theme("T2").owner == "<Aisha>"
    now = re.search(r'name="revision" value="(\d+)"', clash.text)[1]
    assert house.send(second, "/themes/T2/change", owner="Ben", revision=now).status_code == 303
    theme = house.theme("T2")
    assert (theme.note, theme.owner) == ("secret of nobody", "Ben")
    assert [change.made_by for change in theme.changes] == ["Aisha", "Aisha", "Ben"]


def test_only_what_was_changed_since_is_told_to_the_second(house, revision):
    client = house.client(Role.MANAGER, "Aisha")
    read = revision("T5")
    house.send(client, "/themes/T5/change", title="one", revision=read)
    house.send(client, "/themes/T5/change", title="two", revision=read + 1)
    clash = house.send(client, "/themes/T5/merge", into="T1", reason="same", revision=read + 1)
    assert clash.status_code == 409
    assert "title one → two" in texts(clash)
    assert "→ one" not in texts(clash)
    assert house.theme("T5").merged_into is None


def test_dismissed_with_a_reason_left_out_and_brought_back(full_house):
    client = full_house.client(Role.MANAGER)
    without = full_house.send(client, "/themes/T6/change", status="dismissed", revision=0)
    assert without.status_code == 422
    assert full_house.theme("T6").status is Status.NEW
    full_house.send(client, "/themes/T6/dismiss", reason="a test of ours", revision=0)
    assert full_house.theme("T6").status is Status.DISMISSED
    assert full_house.theme("T6").changes[-1].reason == "a test of ours"
    shown = client.get("/themes/T6").text
    assert 'action="/themes/T6/dismiss"' not in shown
    assert '<option value="dismissed" selected>' in shown
    page = client.get("/themes?market=SG")
    assert "T6" not in listed(page)
    assert "1 dismissed, show" in texts(page)
    (url,) = re.findall(r'1 dismissed, <a href="([^"]+)"', page.text)
    assert "T6" in listed(client.get(html.unescape(url)))
    assert "T6" in listed(client.get("/themes?status=dismissed"))
    assert "T6" not in {row["theme"] for row in rows_of(client.get("/themes.csv"))}
    # What else the form holds is changed without asking why again.
    full_house.send(client, "/themes/T6/change", status="dismissed", owner="Mia", revision=1)
    full_house.send(client, "/themes/T6/change", status="new", revision=2)
    assert (full_house.theme("T6").status, full_house.theme("T6").owner) == (Status.NEW, "Mia")


def test_before_a_merge_it_is_said_how_many_appeals_move(full_house):
    client = full_house.client(Role.MANAGER)
    asked = client.get("/themes/T6/merge?into=T3")
    told = texts(asked)
    assert "Merge T6 into T3?" in told
    assert "8 appeals of the 90 days up to 31 Mar 2025 move" in told
    assert "which then has 20 appeals" in told
    assert "cannot be taken back" in told
    assert full_house.theme("T6").merged_into is None
    assert full_house.client(Role.REVIEWER).get("/themes/T6/merge?into=T3").status_code == 403
    for into in ("", "T6", "T4", "T99", "x"):
        answer = client.get("/themes/T6/merge", params={"into": into})
        assert answer.status_code == 422
        assert "Nothing was saved." in texts(answer)


def test_what_nobody_looks_for_takes_no_theme_in(full_house):
    client = full_house.client(Role.MANAGER)
    full_house.send(client, "/themes/T5/dismiss", reason="a test of ours", revision=0)
    retire(full_house, "T2")
    offered = re.findall(r'<option value="(T\d)"', client.get("/themes/T6").text)
    assert offered == ["T1", "T3"]
    for into, why in (("T5", "T5 is dismissed"), ("T2", "T2 is no longer found since")):
        sent = full_house.send(client, "/themes/T6/merge", into=into, revision=0)
        asked = client.get(f"/themes/T6/merge?into={into}")
        for answer in (sent, asked):
            assert answer.status_code == 422
            assert why in texts(answer)
    assert full_house.theme("T6").merged_into is None
    assert full_house.theme("T2").retired_on is not None


def test_a_merge_leads_to_the_other_theme_and_none_goes_in_a_circle(full_house):
    client = full_house.client(Role.MANAGER)
    merged = full_house.send(client, "/themes/T6/merge", into="T3", revision=0, reason="same")
    assert merged.headers["location"] == "/themes/T3"
    assert "T6 counts to this theme from now on." in client.get("/themes/T3").text
    old = client.get("/themes/T6")
    assert "all its appeals count to" in old.text
    assert 'action="/themes/T6/' not in old.text
    revision = full_house.theme("T3").revision
    circle = full_house.send(client, "/themes/T3/merge", into="T6", revision=revision)
    assert circle.status_code == 422
    assert "theme T6 has been merged into T3" in texts(circle)
    again = full_house.send(client, "/themes/T6/change", owner="Mia", revision=1)
    assert again.status_code == 422
    assert "Change T3." in texts(again)
    assert full_house.theme("T3").merged_into is None
    assert "T6" not in listed(client.get("/themes"))


def retire(house, theme):
    with house.engine.begin() as connection:
        gone = sa.update(THEMES).where(THEMES.c.theme_id == theme)
        connection.execute(gone.values(retired_on=date(2025, 3, 30)))


def test_a_theme_no_longer_found_is_listed_when_asked_for(full_house):
    client = full_house.client(Role.VIEWER)
    retire(full_house, "T6")
    assert "T6" not in listed(client.get("/themes"))
    assert "T6" in listed(client.get("/themes?retired=1"))
    assert "No longer found since 30 Mar 2025" in client.get("/themes/T6").text


LATER = date(2025, 4, 28)


@pytest.fixture
def merged_house(full_house):
    """Four weeks later T5 is found in T1, and T6 no more; somebody has merged T3 into T2."""
    client = full_house.client(Role.MANAGER, "Aisha")
    full_house.send(client, "/themes/T3/merge", into="T2", revision=0)
    before = Catalog(full_house.engine).latest()
    themes = ("T1", "T2")
    found = Found(
        discovery=replace(before, as_of=LATER),
        portraits={one: Catalog(full_house.engine).theme(one, 0).portrait for one in themes},
        members=tuple(Member(f"{one}-{n}", one, one, 0.9) for one in themes for n in range(8)),
        descents=(
            Descent("T1", LATER, Event.CONTINUED, ("T1", "T5")),
            Descent("T5", LATER, Event.MERGED, into=("T1",)),
            Descent("T6", LATER, Event.RETIRED),
        ),
        centres={},
    )
    Catalog(full_house.engine).write(found)
    return full_house


def test_what_a_discovery_merged_is_dated_on_both_pages(merged_house):
    client = merged_house.client(Role.MANAGER)
    taker, taken = texts(client.get("/themes/T1")), texts(client.get("/themes/T5"))
    assert "28 Apr 2025 took in phone cases, counterfeit T5" in taker
    assert "No longer found since 28 Apr 2025. Most of its later appeals count to payout" in taken
    assert "The figures are of the 90 days up to 31 Mar 2025, when it was found last." in taken
    assert "90 days up to 31 Mar 2025 30" in taken
    assert "28 Apr 2025 merged by a discovery into payout on hold, bank change T1" in taken
    assert "This week" not in taken
    assert "30 appeals of 30 sellers." in taken


def test_a_theme_that_is_gone_has_no_form_whose_effect_nobody_sees(merged_house):
    client = merged_house.client(Role.MANAGER)
    for theme in ("T5", "T6", "T3"):
        assert 'method="post" action="/themes/' not in client.get(f"/themes/{theme}").text
    assert "it goes on with its title, status and owner" in client.get("/themes/T6").text
    Catalog(merged_house.engine).edit("T5", Edit(status="watching"), "mia", NOON)
    watched = client.get("/themes/T5").text
    assert 'action="/themes/T5/change"' in watched
    assert re.findall(r'<option value="(\w+)"', watched) == ["watching", "resolved"]
    assert 'name="title"' not in watched
    assert "It stays in the list of themes until it is resolved." in watched


def test_empty_tables_are_left_out_and_what_is_not_kept_is_said(merged_house):
    page = merged_house.client(Role.VIEWER).get("/themes/T3")
    told = texts(page)
    assert "Who is hit" not in told
    assert "None in the newest window" not in told
    assert "Aisha merged it on" in told
    assert "None of its days counts to it any more" in told
    assert "They count to" in told
    # The page of what took it in tells who did.
    assert re.search(r"took in \S.* T3 , by Aisha", texts(page_of(merged_house, "T2")))


def page_of(house, theme):
    return house.client(Role.VIEWER).get(f"/themes/{theme}")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("counterfeit", "1 that is no longer found does: T5 phone cases, counterfeit , counted to"),
        ("t6", "1 that is no longer found does: T6 =HYPERLINK(A1) , in no one theme since 28 Apr"),
        (RIGHT_TO_LEFT, "T3 حسابي معلق بدون سبب 🙏🏽 , counted to"),
    ],
)
def test_a_search_that_finds_nothing_looks_among_what_is_gone(merged_house, query, said):
    client = merged_house.client(Role.VIEWER)
    page = client.get("/themes", params={"q": query})
    assert listed(page) == []
    assert "No theme found now matches; " in texts(page)
    assert said in texts(page)
    assert "no longer found does" not in texts(client.get("/themes", params={"q": "payout"}))
    nothing = texts(client.get("/themes", params={"q": "nothing says this"}))
    assert "No theme matches." in nothing
    assert "hidden" not in texts(client.get("/themes", params={"q": "hidden from view"}))


def test_with_facts_the_most_matching_come_first(viewer):
    page = viewer.get("/themes?market=MY")
    assert listed(page) == listed(viewer.get("/themes?market=MY&sort=-match"))
    assert 'aria-sort="descending"><a href="/themes?market=MY&amp;sort=match">' in page.text
    assert '<option value="" selected>' in page.text
    # As the form sends it, the order that nobody chose is none.
    assert listed(viewer.get("/themes?market=MY&sort=")) == listed(page)
    assert listed(viewer.get("/themes?market=MY&sort=-new")) == ["T1", "T5", "T2", "T3", "T6"]
