"""The parts of the issues screen."""
