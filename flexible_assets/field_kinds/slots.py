"""Slots of an asset row by family; a field shown in lists gets one, so that it sorts and filters by an index."""

SLOTS: dict[str, tuple[str, ...]] = {
    "number": tuple(f"number_{position}" for position in range(1, 9)),
    "text": tuple(f"text_{position}" for position in range(1, 9)),
    "date": tuple(f"date_{position}" for position in range(1, 5)),
}
ALL_SLOTS = tuple(slot for family in SLOTS.values() for slot in family)
TEXT_SLOT_LENGTH = 255
#: Number slots are PostgreSQL bigints.
SLOT_LIMIT = 2**63
