"""The deletion guard's measure. What is gone from a complete answer is usually gone; when much is gone at once, it is more
often the answer that is wrong, and a person decides. Pure."""

_FEW = 3
_SHARE = 0.2


def is_much(gone: int, *, of: int) -> bool:
    return gone > 0 and (gone >= of or gone > max(_FEW, _SHARE * of))
