"""befit: a real-time content personalization server."""

__version__ = "0.1.0"
