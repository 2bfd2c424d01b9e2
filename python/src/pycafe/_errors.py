"""What `get_secret` raises. No message ever holds a value. In tracebacks they are called as authors write them."""

from typing import Literal

# By the code of the page's refusal; None where it sent none.
_UNAVAILABLE = {
    "secret_unavailable": "cannot be had just now: secrets are out of reach, and the page around the app "
    "says why. Nothing was lost. Catch pycafe.SecretUnavailable to go on without it, or ask again in a "
    "moment.",
    "secret_busy": "cannot be asked for: too many questions are waiting for the visitor already. Ask for "
    "one secret at a time.",
    None: "cannot be asked for: the question did not get to the page around the app. Catch "
    "pycafe.SecretUnavailable to go on without it; restarting the app may help.",
}


class SecretError(Exception):
    """A secret cannot be had."""

    __module__ = "pycafe"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class SecretDenied(SecretError):
    """The visitor does not want this app to have the secret."""

    __module__ = "pycafe"

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            f"The visitor did not allow this app to use the secret {name!r}. Catch pycafe.SecretDenied "
            "to show what the app can do without it; the visitor can restart the app, or choose "
            "“Ask me again”, to decide anew.",
        )


class SecretUnavailable(SecretError):
    """The secret is out of reach, or cannot be asked for."""

    __module__ = "pycafe"

    def __init__(
        self, name: str, code: Literal["secret_unavailable", "secret_busy"] | None = None
    ) -> None:
        super().__init__(name, f"The secret {name!r} {_UNAVAILABLE[code]}")
