"""The memory image holds one state of every random generator, the same for all visitors."""

import random
import tempfile


def renew() -> None:
    """Seeds anew what was seeded when the image was made. Must be called before any code of the app runs.

    `secrets`, `uuid4` and `os.urandom` ask the browser each time and need nothing. The seed of `hash()`
    cannot be changed afterwards: dictionaries of all visitors share it.
    """
    random.seed()
    # It seeds a generator of its own for each process id, and all images have the same.
    tempfile._name_sequence = None  # type: ignore[attr-defined]
