"""The parts of the senders screen."""
