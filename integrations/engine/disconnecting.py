"""Carries a disconnection out, batch by batch, so that it can be resumed wherever it was interrupted."""


def proceed(account_id: int, disconnection_id: int) -> None:
    raise NotImplementedError
