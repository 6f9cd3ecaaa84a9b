"""The parts of the fetch screen."""
