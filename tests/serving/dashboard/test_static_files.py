"""Style, script and the chart library: under names of their content, for ever."""

import gzip
import re

from serving.dashboard.roles import Role


def asked_for(page):
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)


def test_files_are_hashed_kept_for_ever_and_need_no_session(house, viewer):
    urls = asked_for(viewer.get("/themes/T1"))
    assert [re.sub("-[0-9a-f]{12}", "", url) for url in urls] == [
        "/static/dashboard.css",
        "/static/vega.js",
        "/static/dashboard.js",
    ]
    stranger = house.client()
    for url in urls:
        answer = stranger.get(url, headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "content-encoding" not in answer.headers
        packed = stranger.get(url, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == answer.content
        assert len(gzip.compress(answer.content)) < len(answer.content) / 2


def test_only_pages_with_charts_ask_for_the_library(viewer):
    assert not any("vega" in url for url in asked_for(viewer.get("/themes")))


def test_what_is_not_there_is_not_found(house):
    for name in ("vega.js", "dashboard-000000000000.css", "..%2Fapp.py", "%00"):
        assert house.client().get(f"/static/{name}").status_code == 404


def test_an_unknown_path_is_a_page_for_browsers_and_a_problem_for_programs(house):
    browser = house.client(headers={"Accept": "text/html"})
    page = browser.get("/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page" in page.text
    for answer in (house.client().get("/nowhere"), browser.get("/v1/nowhere")):
        assert answer.headers["content-type"] == "application/problem+json"
    assert house.client(Role.VIEWER).get("/").status_code == 200
