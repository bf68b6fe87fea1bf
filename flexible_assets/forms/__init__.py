"""Forms: what a page sends, checked for its shape."""
