"""Sealing: what is sealed opens with its key, in its place, unchanged, and in no other way."""

import base64
import json
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.sealing import SealBrokenError, seal, unseal

PLACE = "1|table|2|column"
TEXT = "correct horse battery staple"


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@given(st.text())
def test_sealed_text_opens(text):
    assert unseal(seal(text, place=PLACE), place=PLACE) == text


def test_sealed_text_does_not_show_its_content():
    sealed = seal(TEXT, place=PLACE)
    assert TEXT.encode() not in sealed
    for member in json.loads(sealed).values():
        assert TEXT not in member
        assert base64.b64encode(TEXT.encode()).decode()[:16] not in member


def test_same_text_never_seals_the_same():
    """Neither its own data key nor a nonce is used twice."""
    envelopes = [json.loads(seal(TEXT, place=PLACE)) for _ in range(50)]
    for part in ("wrapped", "text"):
        assert len({envelope[part] for envelope in envelopes}) == 50
        assert len({base64.b64decode(envelope[part])[:12] for envelope in envelopes}) == 50


@pytest.mark.parametrize(
    "elsewhere",
    ["2|table|2|column", "1|table|3|column", "1|other|2|column", "1|table|2|other", "1|table|2|column ", ""],
)
def test_text_moved_to_another_place_does_not_open(elsewhere):
    with pytest.raises(SealBrokenError, match="moved"):
        unseal(seal(TEXT, place=PLACE), place=elsewhere)


def test_wrong_key_does_not_open(settings):
    settings.SEALING_KEYS = [new_key("a")]
    sealed = seal(TEXT, place=PLACE)
    settings.SEALING_KEYS = [new_key("a")]
    with pytest.raises(SealBrokenError, match="another key"):
        unseal(sealed, place=PLACE)


def test_missing_key_is_named(settings):
    settings.SEALING_KEYS = [new_key("retired")]
    sealed = seal(TEXT, place=PLACE)
    settings.SEALING_KEYS = [new_key("current")]
    with pytest.raises(SealBrokenError, match=r"SEALING_KEYS holds no key 'retired'\."):
        unseal(sealed, place=PLACE)


def test_first_key_seals_and_the_others_still_open(settings):
    old, new = new_key("old"), new_key("new")
    settings.SEALING_KEYS = [old]
    before = seal(TEXT, place=PLACE)
    settings.SEALING_KEYS = [new, old]
    after = seal(TEXT, place=PLACE)
    assert (unseal(before, place=PLACE), unseal(after, place=PLACE)) == (TEXT, TEXT)
    assert (json.loads(before)["key"], json.loads(after)["key"]) == ("old", "new")
    settings.SEALING_KEYS = [new]
    assert unseal(after, place=PLACE) == TEXT


def test_text_relabelled_with_another_key_does_not_open(settings):
    settings.SEALING_KEYS = [new_key("a"), new_key("b")]
    envelope = json.loads(seal(TEXT, place=PLACE)) | {"key": "b"}
    with pytest.raises(SealBrokenError):
        unseal(json.dumps(envelope).encode(), place=PLACE)


def test_parts_of_two_sealed_texts_do_not_mix():
    one, other = (json.loads(seal(text, place=PLACE)) for text in ("one", "other"))
    with pytest.raises(SealBrokenError):
        unseal(json.dumps(one | {"text": other["text"]}).encode(), place=PLACE)


@pytest.mark.parametrize("part", ["wrapped", "text"])
def test_every_changed_bit_is_noticed(part):
    envelope = json.loads(seal("pin", place=PLACE))
    data = base64.b64decode(envelope[part])
    for position in range(len(data) * 8):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        broken = envelope | {part: base64.b64encode(bytes(changed)).decode()}
        with pytest.raises(SealBrokenError):
            unseal(json.dumps(broken).encode(), place=PLACE)


def test_every_cut_is_noticed():
    sealed = seal("pin", place=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealBrokenError):
            unseal(sealed[:length], place=PLACE)


@pytest.mark.parametrize("member", [None, 7, "", "!", "AA==", [], "é"])
@pytest.mark.parametrize("part", ["key", "wrapped", "text"])
def test_odd_envelope_is_broken_and_nothing_worse(part, member):
    envelope = json.loads(seal(TEXT, place=PLACE)) | {part: member}
    with pytest.raises(SealBrokenError):
        unseal(json.dumps(envelope).encode(), place=PLACE)


@pytest.mark.parametrize("stored", [b"", b"null", b"[]", b"7", b'"text"', b"{}", b"\xff\x00", b"{"])
def test_what_was_never_sealed_is_broken(stored):
    with pytest.raises(SealBrokenError):
        unseal(stored, place=PLACE)


def test_error_shows_neither_text_nor_keys(settings):
    settings.SEALING_KEYS = [new_key("a")]
    with pytest.raises(SealBrokenError) as broken:
        unseal(seal(TEXT, place=PLACE), place="elsewhere")
    shown = f"{broken.value!r} {broken.value.__cause__!r}"
    assert TEXT not in shown
    assert settings.SEALING_KEYS[0].partition(":")[2] not in shown
