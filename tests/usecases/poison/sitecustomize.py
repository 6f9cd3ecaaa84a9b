"""Poisons every Python that finds this in its PYTHONPATH; see `children.poisoned`."""

import os

from tests.usecases.children import poison

poison(lambda: os._exit(9))
