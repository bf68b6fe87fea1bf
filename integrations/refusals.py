"""Why something can't be done to an integration now, in words for whoever asked. Pure."""


class RefusedError(Exception):
    """What a person asked for can't be done now; the message says why and what to do."""


class LeavingError(RefusedError):
    """The integration is about to go, and everything that could be done to it with it."""

    def __init__(self) -> None:
        super().__init__("This integration is being disconnected.")
