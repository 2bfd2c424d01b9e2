"""Streamlit, unmodified: only its settings say that it runs here."""

from typing import cast

from ..asgi.types import Application

_SETTINGS: dict[str, object] = {
    "global.developmentMode": False,
    # Nobody edits the file under a running app, and there are no processes or threads to watch it.
    "server.fileWatcherType": "none",
    # The service worker is the only client, and it serves one origin.
    "server.enableCORS": False,
    "server.enableXsrfProtection": False,
    "browser.gatherUsageStats": False,
    # Unset, the first exception would fetch a package to find out, holding the lock of all settings
    # meanwhile: what the event loop does then is stopped half-way and overtaken.
    "logger.enableRich": False,
    # Neither the Deploy button nor the developer's menu.
    "client.toolbarMode": "viewer",
}


def create_app(path: str, theme: str) -> Application:
    """Makes the application of the script at `path`; `theme` is `light` or `dark`."""
    from streamlit import config
    from streamlit.starlette import App

    for name, value in _SETTINGS.items():
        config.set_option(name, value)
    set_theme(theme)
    return cast(Application, App(path))


def set_theme(theme: str) -> None:
    """Sets what the app looks like from its next run on."""
    from streamlit import config

    config.set_option("theme.base", theme)
