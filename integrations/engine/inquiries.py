"""Answers what pages ask of Microsoft: outside any transaction, with clients of their own."""


def answer(account_id: int, inquiry_id: int) -> None:
    raise NotImplementedError
