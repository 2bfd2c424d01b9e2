"""How each framework becomes an ASGI application."""
