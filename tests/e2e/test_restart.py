"""The server goes away while somebody shops: the page goes on, reconnects by itself, and nothing is lost or counted twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.shopper import Shopper
from tests.e2e.trouble import Trouble
from tests.servers import Server

End = Callable[[Server], object]
ENDS: dict[str, End] = {"SIGTERM": Server.stop, "kill -9": Server.kill}


@pytest.fixture(autouse=True)
def _away(trouble: Trouble) -> None:
    # Whatever browsers say of a server that is not there, or that goes away in the middle of an answer.
    trouble.expect(r"net::ERR_")
    trouble.expect(r"503 \(Service Unavailable\)")


@pytest.fixture(params=ENDS)
def end(request: pytest.FixtureRequest) -> End:
    return ENDS[request.param]


def streams_of(shopper: Shopper) -> list[str]:
    """The addresses of the streams that the page opens from now on."""
    opened: list[str] = []

    def note(request: Request) -> None:
        if "/v1/stream?" in request.url:
            opened.append(request.url)

    shopper.page.on("request", note)
    return opened


def test_the_page_resumes_and_decisions_arrive_again(shopper: Shopper, server: Server, end: End) -> None:
    shopper.open().look_at("electronics", 0)
    shopper.until(lambda: shopper.signal("electronics_views"), 1)
    shopper.open()
    with shopper.connecting("checkout,hero,recommendations"):
        streams = streams_of(shopper)
        end(server)
        server.start()
    assert "&since=" in streams[-1]
    other = shopper.new_tab("/category/electronics")
    other.look_at("electronics", 1)
    other.look_at("electronics", 2)
    expect(shopper.hero).to_have_text("15 % off electronics")
    assert shopper.signal("electronics_views") == 3
    assert shopper.stayed_on_the_document()


def test_what_was_done_while_it_was_away_arrives_once(shopper: Shopper, server: Server, end: End) -> None:
    shopper.open().look_at("books", 0)
    end(server)
    for index in (1, 2, 3):
        shopper.look_at("books", index)
    shopper.go_home()
    expect(shopper.hero).to_have_text("Good things, made to last")
    server.start()
    expect(shopper.hero).to_have_text("15 % off books", timeout=45_000)
    shopper.until(lambda: shopper.signal("books_views"), 4)
    assert shopper.profile()["session"]["pageViews"] == 10
    assert shopper.stayed_on_the_document()


def test_clicks_in_the_moment_of_the_crash_count_once(shopper: Shopper, server: Server) -> None:
    shopper.open("/category/toys")
    cards = shopper.page.locator('[data-befit-prop-list-id="toys"]')
    for round_ in range(3):
        for index in range(4):
            if index == round_:
                server.kill()
                server.launch()
            cards.nth(index).click()
            shopper.page.go_back()
    server.wait_ready()
    shopper.until(lambda: shopper.signal("toys_views"), 12)
    # Whatever came after has arrived too: 1 page at first, then 12 products and 12 times back.
    shopper.until(lambda: shopper.profile()["session"]["pageViews"], 25)
    assert shopper.signal("toys_views") == 12
    assert shopper.stayed_on_the_document()


def test_what_was_done_before_leaving_a_page_without_a_server_arrives_with_the_next_visit(
    shopper: Shopper, server: Server, end: End
) -> None:
    shopper.open("/product/krus-mug")
    shopper.until(lambda: shopper.signal("home_views"), 1)
    end(server)
    shopper.look_at("home", 3)
    shopper.page.goto("about:blank")
    server.start()
    shopper.open("/")
    shopper.until(lambda: shopper.signal("home_views"), 2)
    # home product seen at first, its category, the second product, the home page
    shopper.until(lambda: shopper.profile()["session"]["pageViews"], 4)
