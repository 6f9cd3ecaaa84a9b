"""The parts of the projects screen."""
