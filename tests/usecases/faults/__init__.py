"""The whole intake against servers that misbehave."""

import pytest

pytest.register_assert_rewrite("tests.usecases.faults.scenario")
