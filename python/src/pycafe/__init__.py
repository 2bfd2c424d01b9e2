"""Lets an app ask its visitor for a secret.

    import pycafe

    api_key = pycafe.get_secret("OPENAI_API_KEY", reason="To generate text.")

The visitor sees a dialog with the name and the reason, and decides. The author of the app never gets the
value: it stays in the visitor's browser or account.
"""

import re

from portafilter_runtime import secrets as _secrets

from ._errors import SecretDenied, SecretError, SecretUnavailable

__all__ = ["SecretDenied", "SecretError", "SecretUnavailable", "get_secret"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_REASON_BYTES = 8 * 1024


def get_secret(name: str, reason: str | None = None) -> str:
    """Returns the value of a secret, asking the visitor for it if need be.

    Waits until the visitor has decided, however long that takes. A value that the visitor has allowed is
    remembered, so that asking again costs nothing, until the visitor takes it back.

    Args:
        name: 1 to 128 of the characters A-Z, a-z, 0-9, `_`, `.` and `-`, the first a letter or `_`.
        reason: Why the app needs it, at most 8 KiB of Markdown, shown in the dialog.

    Raises:
        SecretDenied: The visitor refused. Asking again raises again, without a dialog, until the
            visitor restarts the app or asks to be asked again.
        SecretUnavailable: Secrets are out of reach just now, or too many questions wait for the visitor.
        TypeError: An argument is not a string.
        ValueError: An argument is not as described above. Nothing has been sent then.
    """
    _check(name, reason)
    answer = _secrets.known(name) or _secrets.ask(name, reason)
    if answer.value is not None:
        return answer.value
    if answer.refusal == "secret_denied":
        raise SecretDenied(name)
    # A failure in between is no answer of the page.
    code = answer.refusal if answer.cause is None else None
    raise SecretUnavailable(name, code) from answer.cause


def _check(name: str, reason: str | None) -> None:
    if not isinstance(name, str):
        raise TypeError(f"The name of a secret must be a str, not {type(name).__name__}.")
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            "The name of a secret must have 1 to 128 of the characters A-Z, a-z, 0-9, '_', '.' and '-', "
            f"and begin with a letter or '_'; this one is {name[:140]!r}."
        )
    if reason is None:
        return
    if not isinstance(reason, str):
        raise TypeError(f"The reason must be a str or None, not {type(reason).__name__}.")
    # One character has at most four bytes, which spares short reasons the encoding.
    if 4 * len(reason) > _REASON_BYTES and len(reason.encode()) > _REASON_BYTES:
        raise ValueError("The reason must not be longer than 8 KiB of UTF-8.")
