"""The pages of alarms: all episodes, one of them, and the ways that lead to them."""

import csv
import html
import io
import re

import pytest

from serving.dashboard.roles import Role


@pytest.fixture(scope="module")
def client(alarm_house):
    return alarm_house.client(Role.VIEWER)


def texts(page):
    bare = re.sub(r"<script.*?</script>|<[^>]*>", " ", page.text, flags=re.S)
    return " ".join(html.unescape(bare).split())


def listed(page):
    table = page.text.partition('<table class="themes alarms">')[2]
    return re.findall(r'<th scope="row"><a href="/alarms/(A\d+)"', table)


def test_open_ones_come_first_then_the_latest_closed(client):
    page = client.get("/alarms")
    told = texts(page)
    assert listed(page) == ["A5", "A6", "A2", "A1"]
    assert "2 open, 2 closed · 2 alarms of too few sellers not shown" in told
    assert "of three" not in told
    assert "hidden from view" not in told
    assert "A1 new cause · closed 21 Jan 2025" in told
    assert "A5 new cause · open , seen 31 Mar 2025" in told
    assert "overturned more · policy payment hold, market SG · closed 16 Mar 2025" in told
    assert "once in 14 months" in told
    assert '<a href="/themes/T1"><bdi>payout on hold, bank change</bdi></a>' in page.text
    assert '<a href="/alarms" aria-current="page">Alarms</a>' in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=open", ["A5", "A6"]),
        ("state=closed", ["A2", "A1"]),
        ("kind=overturns&kind=rise", ["A6", "A2"]),
        ("to=2025-01-07", []),
        ("to=2025-01-08", ["A1"]),
        ("from=2025-01-21&to=2025-01-21", ["A1"]),
        ("from=2025-01-22&to=2025-02-01", []),
        ("from=2025-03-16", ["A5", "A6", "A2"]),
        ("q=VISA", ["A1"]),
        ("q=PAYOUT", ["A5", "A6"]),
        ("q=%D8%AD%D8%B3%D8%A7%D8%A8%D9%8A", ["A2"]),
        ("sort=-appeals", ["A1", "A5", "A6", "A2"]),
        ("sort=since", ["A1", "A2", "A5", "A6"]),
        ("sort=new", ["A1", "A2", "A6", "A5"]),
        ("sort=-chance", ["A2", "A5", "A1", "A6"]),
        ("state=ajar&kind=odd&from=odd&sort=odd&page=9", ["A5", "A6", "A2", "A1"]),
    ],
)
def test_the_address_says_which_and_in_which_order(client, query, found):
    page = client.get(f"/alarms?{query}")
    assert page.status_code == 200
    assert listed(page) == found
    assert ("h-timeline" in page.text) is bool(found)
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"/alarms.csv?{query}").text.lstrip("\ufeff")))
    )
    assert [row["alarm"] for row in rows] == found


def test_what_is_shown_can_be_taken_away(client):
    answer = client.get("/alarms.csv?state=closed")
    assert 'filename="alarms-2025-03-31.csv"' in answer.headers["content-disposition"]
    first, second = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert (first["kind"], first["state"], first["decided"]) == ("overturns", "closed", "30")
    assert (first["part"], first["closed on"]) == ("policy payment hold, market SG", "2025-03-16")
    assert (second["since"], second["opened on"], second["last seen on"], second["days"]) == (
        *("2025-01-08", "2025-01-10", "2025-01-13"),
        "6",
    )
    assert (second["appeals"], second["times expected"], second["theme"]) == ("24", "9.6", "T2")


def test_the_timeline_has_a_bar_an_episode_and_is_read_without_scripts(client):
    page = client.get("/alarms").text
    assert "4 alarms from 8 Jan 2025 to 31 Mar 2025" in page
    assert re.search(r'class="observed open" d="(M\d+ \d+H\d+){2}"', page)
    assert re.search(r'class="observed" d="(M\d+ \d+H\d+){2}"', page)
    assert "8 Jan 2025 to 31 Mar 2025; a line an alarm" in page
    table = page.partition("The numbers")[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == 4
    assert table.count("<td") == 4 * 6


def test_an_alarm_has_a_page_that_says_what_since_when_and_how_far(client):
    page = client.get("/alarms/A1")
    told = texts(page)
    assert re.search(r"<h1[^>]*>visa</h1>", page.text)
    assert "24 appeals that say the same in 7 days, 2.5 expected: 9.6 × expected" in told
    assert "Chance alone raises one such alarm once in 14 months." in told
    assert "It was seen last on 13 Jan 2025, and closed a week later." in told
    assert "On 10 Jan 2025 by the scan of meanings : 10 appeals that say the same" in told
    assert "policy payment hold 9 of 9 100 % 39 % themes queue" in told
    assert 'href="/themes?policy=payment_hold"' in page.text
    assert 'href="/queue?policy=payment_hold"' in page.text
    assert 'href="/queue?theme=T2"' in page.text
    assert 'href="/map?alarm=A1"' in page.text
    assert "24 of 24" in told
    assert "mine: &lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert "nobody is on it" in told


def test_its_history_tells_how_it_grew_and_closed_the_latest_first(client):
    told = texts(client.get("/alarms/A1")).partition("What became of it")[2]
    words = ["closed", "seen again", "title changed", "escalated", "grew", "opened"]
    places = [told.index(word) for word in words]
    assert places == sorted(places)
    assert "visa" in told
    assert "10 counted, 2.5 expected; 10 appeals in all" in told
    assert "21 Jan 2025 closed it had not been seen for 7 days" in told


def test_its_days_are_joined_from_all_sightings(client):
    page = client.get("/alarms/A1").text
    table = page.partition('id="days"')[2].partition("</table>")[0]
    days = re.findall(r'<th scope="row">([^<]+)</th><td class="n">(\d+)</td>', table)
    assert days[0] == ("12 Jan 2025", "0")
    assert len(days) == 6
    assert "6 days up to 12 Jan 2025" in page


def test_overturns_are_told_in_decisions_and_their_days_expect_nothing(client):
    page = client.get("/alarms/A2")
    told = texts(page)
    assert "8 of 30 decisions overturned in 7 days, 2.5 expected" in told
    assert "by the watch over decisions , on policy payment hold, market SG" in told
    assert "What stood out is how they were decided" in told
    assert "in no theme of its own" in told
    assert 'href="/themes?policy=payment_hold&amp;market=SG"' in page.text
    assert '"style":"expected"' not in page.text


@pytest.mark.parametrize("alarm", ["A3", "A4", "A99", "A", "a1", "A1x", "%3Cscript%3E"])
def test_one_that_is_not_told_is_not_there(client, alarm):
    page = client.get(f"/alarms/{alarm}", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "<script>" not in page.text
    assert "hidden from view" not in page.text


def test_today_leads_to_each_alarm_and_names_what_closed_lately(client):
    page = client.get("/")
    told = texts(page)
    for alarm in ("A5", "A6"):
        assert re.search(rf'<h3 id="a-{alarm}"[^>]*><a href="/alarms/{alarm}">', page.text)
    assert 'Closed in the last 28 days: <a href="/alarms/A2">' in page.text
    assert "16 Mar 2025 · All alarms" in told
    assert "visa" not in told


def test_the_page_of_a_theme_leads_to_its_episodes(client):
    page = client.get("/themes/T2")
    assert '<a href="/alarms/A1"><bdi>visa</bdi></a>' in page.text
    assert "new cause since 8 Jan 2025, closed 21 Jan 2025" in texts(page)
    assert '<a href="/alarms/A5">A5: ' in client.get("/themes/T1").text


def test_the_map_marks_the_appeals_of_an_alarm_that_is_over(client):
    page = client.get("/map?alarm=A1")
    assert "24 of the alarm A1" in texts(page)
    assert "24 of 117 appeals stand out" in texts(page)
    (url,) = re.findall(r'data-points="([^"]+)"', page.text)
    points = client.get(html.unescape(url))
    assert len(points.json()["emerging"]) == 24
    plain = client.get(re.sub("&.*", "", html.unescape(url)))
    assert len(plain.json()["emerging"]) == 20
    assert points.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("alarm", ["A3", "A4", "A99", "odd"])
def test_the_map_marks_no_alarm_that_is_not_told(client, alarm):
    page = client.get(f"/map?alarm={alarm}").text
    assert page.count("alarm=") == 0
    assert "20 of an open alarm" in page


def test_before_the_first_discovery_it_is_said(new_house):
    client = new_house.client(Role.VIEWER)
    page = client.get("/alarms")
    assert "Nothing has been discovered yet." in page.text
    assert "figure" not in page.text
    assert client.get("/alarms.csv").text.count("\n") == 1
    assert client.get("/alarms/A1", headers={"accept": "text/html"}).status_code == 404


def test_nobody_reads_them_without_signing_in(alarm_house):
    stranger = alarm_house.client()
    for path in ("/alarms", "/alarms.csv", "/alarms/A1", "/alarms/A3"):
        assert stranger.get(path).headers["location"].startswith("/sign-in")
