"""What `get_secret` raises. No message ever holds a value."""


class SecretError(Exception):
    """A secret cannot be had."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class SecretDenied(SecretError):
    """The visitor does not want this app to have the secret."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            f"The visitor did not allow this app to use the secret {name!r}. Catch pycafe.SecretDenied "
            "to show what the app can do without it; the visitor can restart the app, or choose "
            "“Ask me again”, to decide anew.",
        )


class SecretUnavailable(SecretError):
    """There is nobody, or no way, to ask for the secret."""

    def __init__(self, name: str, busy: bool = False) -> None:
        super().__init__(
            name,
            f"The secret {name!r} cannot be asked for: too many questions are waiting for the visitor "
            "already. Ask for one secret at a time."
            if busy
            else f"The secret {name!r} cannot be asked for here. Catch pycafe.SecretUnavailable to go "
            "on without it, or open the app in its own page, where the visitor can be asked.",
        )
