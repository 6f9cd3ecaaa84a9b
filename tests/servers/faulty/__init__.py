"""IMAP and POP3 servers of our own that behave, over mail in memory, but for the one fault they are given."""

from tests.servers.faulty.fault import Answer, Command, Fault, Part
from tests.servers.faulty.maildrop import Folder, Maildrop, Stored
from tests.servers.faulty.server import FaultyServer, faulty
from tests.servers.faulty.talk import Talk

__all__ = ["Answer", "Command", "Fault", "FaultyServer", "Folder", "Maildrop", "Part", "Stored", "Talk", "faulty"]
