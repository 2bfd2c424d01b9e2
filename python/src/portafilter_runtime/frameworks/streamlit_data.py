"""Lets Streamlit tell a table from anything else without loading numpy, pandas and pyarrow.

`st.write` and `st.write_stream` look at every object that is not text, and import all three to do so. But
nothing can be an instance of a class whose library nobody has imported.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _OfAbsent(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return False

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return cls


class _Absent(metaclass=_OfAbsent):
    """A library that is not loaded, each of its modules and each of its classes."""


@contextmanager
def _standing_in_for(*libraries: str) -> Iterator[None]:
    """Nothing inside may wait: other code would find the stand-ins."""
    absent: Any = dict.fromkeys((name for name in libraries if name not in sys.modules), _Absent)
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def adapt(module: Any) -> None:
    """Changes `streamlit.dataframe_util`: the answer stays the same, the price does not."""
    ask = module.is_dataframe_like

    def is_dataframe_like(obj: object) -> bool:
        if type(obj) is list:
            # Asked in full, pandas would look at every element. Of all lists only this one counts.
            return bool(module.is_snowpark_row_list(obj))
        with _standing_in_for("numpy", "pandas", "pyarrow"):
            return bool(ask(obj))

    module.is_dataframe_like = is_dataframe_like
