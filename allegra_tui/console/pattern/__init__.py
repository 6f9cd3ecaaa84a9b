"""The parts of the pattern screen."""
