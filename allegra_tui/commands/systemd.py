"""What a service tells systemd: sd_notify(3) and sd_watchdog_enabled(3), over the socket that systemd names."""

import os
import socket
import time
from collections.abc import MutableMapping

from allegra_tui.text import display

_STATUS_CHARACTERS = 200


class Service:
    """This process as a service of systemd; without one it does nothing.

    The variables are taken out of the environment, so that no child speaks for the service.
    """

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        address = environment.pop("NOTIFY_SOCKET", "")
        microseconds = environment.pop("WATCHDOG_USEC", "")
        meant = environment.pop("WATCHDOG_PID", str(os.getpid()))
        # "@" stands for the NUL that abstract addresses begin with (unix(7)).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._every = int(microseconds) / 2_000_000 if microseconds.isdecimal() and meant == str(os.getpid()) else 0.0
        self._ping_at = 0.0
        self._status = ""

    def ready(self) -> None:
        """Tell that the service does what it is for, from now on or again."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Tell that the settings are being read again; `ready` ends it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """Tell that the service is about to end."""
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """Tell how the service is doing, for `systemctl status`, where that changed."""
        shown = display(text)[:_STATUS_CHARACTERS]
        if shown != self._status:
            self._status = shown
            self._tell(f"STATUS={shown}")

    def ping(self) -> None:
        """Tell the watchdog that all is well: twice in its time, however often this is called."""
        if self._every and time.monotonic() >= self._ping_at:
            self._ping_at = time.monotonic() + self._every
            self._tell("WATCHDOG=1")

    def _tell(self, text: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.settimeout(1)
            try:
                sock.sendto(text.encode(), self._address)
            except OSError:
                return  # systemd is gone or busy; what it misses it acts upon by itself
