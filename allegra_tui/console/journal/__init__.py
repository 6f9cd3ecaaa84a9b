"""The parts of the journal screen. Messages are read, released and discarded on the fetch screen as well."""
