"""Threads without threads: docs/adr/0003-threads.md."""
