"""addon hears: the only code that lives inside mitmproxy."""
