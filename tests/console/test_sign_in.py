"""Signing in to a mailbox by OAuth2."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from allegra_tui.model.settings import Auth, Mailbox, Provider, SecretKind
from allegra_tui.store import mailboxes, sign_ins
from tests.console.boxes import at, stored
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World
from tests.servers.authorization import CLIENT, AuthorizationServer, serving

pytestmark = pytest.mark.place("mailboxes")


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[AuthorizationServer]:
    with serving(tmp_path) as server:
        yield server


def add(world: World, provider: AuthorizationServer, *, device: bool = True) -> Mailbox:
    settings = provider.settings(device=device)
    box = Mailbox(name="office", host="127.0.0.1", port=1, username="issues", ca_pem=provider.authority.pem, **settings)
    with world.store() as store, store.write() as tx:
        return mailboxes.add(tx, box)


def signed_in(world: World, box: Mailbox) -> bool:
    with world.store() as store, store.read() as tx:
        return sign_ins.find(tx, box.id) is not None


def test_a_code_is_shown_and_waited_for(world: World, provider: AuthorizationServer, console: Play) -> None:
    box = add(world, provider)

    async def tell(story: Story) -> None:
        await story.press("3", "enter")
        await story.has("nobody has signed in to mailbox office yet", "s signs in from here")
        story.hit("s")
        await story.until(lambda: "WDJB-MJHT" in story.text)
        await story.has(provider.address("activate"), "the code is good for 15 minutes")
        story.hit("Y")
        await story.until(lambda: story.app.clipboard == "WDJB-MJHT")
        provider.decide("approved", "issues")
        await story.until(lambda: "+ Signed in." in story.text)
        await story.press("t")
        await story.has("Test of office", "x connect")
        await story.press("escape")
        await story.has("signed in", "by OAuth2")
        await story.lacks("nobody")

    assert console(tell).failure is None
    assert signed_in(world, box)


def test_leaving_stops_waiting(world: World, provider: AuthorizationServer, small_console: Play) -> None:
    box = add(world, provider)

    async def tell(story: Story) -> None:
        await story.press("3")
        story.hit("s")
        await story.until(lambda: "WDJB-MJHT" in story.text)
        await story.press("escape")
        await story.has("Mailboxes", "? sign in   office")

    assert small_console(tell).failure is None
    assert not signed_in(world, box)


def test_what_went_wrong_is_told_and_begun_again(
    world: World, provider: AuthorizationServer, small_console: Play
) -> None:
    add(world, provider)
    provider.answers = [lambda: (400, b'{"error": "unauthorized_client", "error_description": "\\u001b[2J[/nope]"}')]

    async def tell(story: Story) -> None:
        await story.press("3", "s")
        await story.has("x localhost refuses: unauthorized_client", "[/nope]", "! r begins again.")
        story.hit("r")
        await story.until(lambda: "WDJB-MJHT" in story.text)
        provider.decide("access_denied")
        await story.until(lambda: "somebody declined" in story.text)
        await story.has("! r begins again.")

    assert small_console(tell).failure is None


def test_a_browsers_address_is_given(world: World, provider: AuthorizationServer, small_console: Play) -> None:
    box = add(world, provider, device=False)

    async def tell(story: Story) -> None:
        await story.press("3", "s")
        await story.has("http://127.0.0.1", "p give address")
        await story.press("y")
        address = story.app.clipboard
        await story.press("p")
        await story.type("http://127.0.0.1:51773/")
        await story.press("enter")
        await story.has("x this is not the address")
        await story.press("p")
        await story.type(provider.browse(address, "issues"))
        await story.press("enter")
        await story.has("+ Signed in.")

    assert small_console(tell).failure is None
    assert signed_in(world, box)


def test_read_only_nobody_signs_in(world: World, provider: AuthorizationServer, small_console: Play) -> None:
    add(world, provider)

    async def tell(story: Story) -> None:
        await story.press("3", "s")
        await story.has("Mailboxes")
        await story.lacks("WDJB")

    assert small_console(tell, read_only=True).failure is None


def test_the_form_asks_for_what_the_provider_needs(
    world: World, provider: AuthorizationServer, small_console: Play
) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a")
        await story.type("office")
        await at(story, "username")
        await story.type("issues@example.org")
        await at(story, "auth")
        await story.press("right")
        await story.has("[by OAuth2: sign in]", "[Microsoft 365]", "Tenant")
        await story.lacks("Password", "Token endpoint")
        await at(story, "tenant")
        await story.type("example.org")
        await at(story, "provider")
        await story.press("right")
        await story.has("[Google]")
        await story.lacks("Tenant")
        await story.press("right")
        await story.has("Device endpoint", "Token endpoint")
        await at(story, "host")
        await story.type("127.0.0.1")
        await at(story, "client_id")
        await story.type(CLIENT)
        await at(story, "client_secret_from")
        await story.press("right")
        await at(story, "client_secret")
        await story.type("s3cret")
        await at(story, "device_endpoint")
        await story.type("http://login.example.org")
        await story.press("ctrl+s")
        await story.has("x an address that begins with https:// is expected")
        await story.press("ctrl+u")
        await story.type("https://127.0.0.1:1/device")
        await at(story, "token_endpoint")
        await story.type("https://127.0.0.1:1/token")
        await story.press("ctrl+s")
        await story.has("Sign in to office", "x no connection to 127.0.0.1:1")

    assert small_console(tell).failure is None
    box, _ = stored(world, "office")
    assert (box.auth, box.provider, box.client_id, box.tenant) == (Auth.OAUTH2, Provider.CUSTOM, CLIENT, "")
    assert box.client_secret.kind is SecretKind.STORED
    assert box.secret.kind is SecretKind.NONE


def test_a_known_provider_brings_its_host_and_leaving_it_takes_everything_along(
    world: World, small_console: Play
) -> None:
    box = Mailbox(name="office", host="x", username="u", auth=Auth.OAUTH2, provider=Provider.GOOGLE, client_id="id")
    with world.store() as store, store.write() as tx:
        mailboxes.add(tx, replace(box, host="imap.gmail.com"))

    async def tell(story: Story) -> None:
        await story.press("3", "e")
        await story.has("[by OAuth2: sign in]", "[Google]")
        await at(story, "auth")
        await story.press("left")
        await at(story, "password")
        await story.type("s3cret")
        await story.press("ctrl+s")

    assert small_console(tell).failure is None
    box, _ = stored(world, "office")
    assert (box.auth, box.provider, box.client_id) == (Auth.PASSWORD, None, "")
    assert (box.host, box.secret.kind) == ("imap.gmail.com", SecretKind.STORED)
