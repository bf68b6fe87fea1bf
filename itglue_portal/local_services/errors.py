"""What a person is told when the local servers can't run."""


class ServicesError(Exception):
    """The local servers can't run; the message says what to do about it."""
