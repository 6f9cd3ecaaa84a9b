"""The fields of a mailbox's form that belong to logging in by OAuth2."""

from collections.abc import Sequence

from allegra_tui.console.widgets.form import Field, Kind
from allegra_tui.model.settings import Provider, SecretKind

AUTH = [("password", "with a password"), ("oauth2", "by OAuth2: sign in")]
_PROVIDERS = [
    (Provider.MICROSOFT365, "Microsoft 365"),
    (Provider.GOOGLE, "Google"),
    (Provider.CUSTOM, "another one"),
]
_SECRETS = [
    (SecretKind.NONE, "there is none"),
    (SecretKind.STORED, "stored here, encrypted"),
    (SecretKind.COMMAND, "a command prints it"),
    (SecretKind.FILE, "a file holds it"),
    (SecretKind.ENV, "an environment variable"),
]


def fields(*, stored: bool) -> Sequence[Field]:
    """Return the fields; `stored` tells whether there is a client secret, encrypted."""
    return (
        Field(
            name="provider",
            label="Provider",
            kind=Kind.CHOICE,
            choices=[(str(value), words) for value, words in _PROVIDERS],
            help="Who gives access to the mail. Saved, the mailbox is signed in to with s in the list of mailboxes.",
        ),
        Field(name="client_id", label="Client id", help="What this program is registered as with the provider."),
        Field(
            name="tenant",
            label="Tenant",
            placeholder="any organisation",
            help="The organisation at Microsoft 365, by its id or domain.",
        ),
        Field(
            name="client_secret_from",
            label="Client secret is",
            kind=Kind.CHOICE,
            choices=[(str(kind), words) for kind, words in _SECRETS],
            help="Google gives one with the client id; other providers do so for some clients.",
        ),
        Field(
            name="client_secret",
            label="Client secret",
            kind=Kind.PASSWORD,
            placeholder="blank keeps the stored one" if stored else "",
            help="Left blank, the stored one stays." if stored else "Stored encrypted, never shown again.",
        ),
        Field(
            name="client_secret_command",
            label="Secret's command",
            help="Run without a shell whenever the secret is needed; the first line it prints is the secret.",
        ),
        Field(
            name="client_secret_file",
            label="Secret's file",
            help="A file that only the service's account can read, or the name of a systemd credential.",
        ),
        Field(name="client_secret_env", label="Secret's variable", help="A variable of the running program."),
        Field(
            name="device_endpoint",
            label="Device endpoint",
            placeholder="https://",
            help="Where a code to sign in with is asked for (device authorization endpoint).",
        ),
        Field(
            name="authorization_endpoint",
            label="Browser endpoint",
            placeholder="https://",
            help="Where a browser signs in (authorization endpoint); needed only without a device endpoint.",
        ),
        Field(
            name="token_endpoint",
            label="Token endpoint",
            placeholder="https://",
            help="Where the provider gives tokens.",
        ),
        Field(
            name="scope",
            label="Scope",
            placeholder="reading mail",
            help="What is asked for. Empty: reading mail by the protocol, as far as the provider is known.",
        ),
    )
