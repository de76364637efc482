"""The HTTP API: collect, decide and push as plain ASGI, the admin API with Litestar, behind one dispatcher (`app.py`)."""
