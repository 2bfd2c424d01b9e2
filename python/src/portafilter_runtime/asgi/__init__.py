"""The bridge between the service worker's messages and an ASGI application."""
