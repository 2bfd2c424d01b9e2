"""Lets the errors of openai and anthropic, which are made alike, say what kept a request from its answer.

They say "Connection error." whatever it was; why stands in their cause only, which nobody is shown.
"""

from typing import Any


def adapt(module: Any) -> None:
    """Changes `openai._exceptions` or `anthropic._exceptions`."""

    def text(error: Any) -> str:
        cause = str(error.__cause__ or "") if type(error) is module.APIConnectionError else ""
        return f"{error.message} {cause}".rstrip()

    module.APIConnectionError.__str__ = text
