"""OAuth2 as a client that reads mail (RFC 6749, 8628, 8252): signing in, and renewing a log-in.

oauthlib builds the requests and reads the answers; they travel over a `Wire`, under its limits.
"""

from allegra_tui.sources.oauth2.client import Client, DeviceCode, Refused, Tokens

__all__ = ["Client", "DeviceCode", "Refused", "Tokens"]
