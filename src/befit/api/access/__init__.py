"""Who may ask: write keys and secret key, identity tokens, and the origins of pages."""
