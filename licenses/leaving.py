"""What becomes of license assets when their integration is disconnected."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime


def count(account_id: int, match_ids: Collection[int]) -> Counter[str]:
    raise NotImplementedError


def release(account_id: int, match_ids: Collection[int], *, limit: int, now: datetime) -> Counter[str]:
    raise NotImplementedError


def purge(account_id: int, match_ids: Collection[int], *, limit: int) -> Counter[str]:
    raise NotImplementedError


def forget_type(account_id: int, *, now: datetime) -> Counter[str]:
    raise NotImplementedError
