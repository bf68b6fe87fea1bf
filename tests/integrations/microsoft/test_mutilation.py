"""Whatever happens to an answer on its way: all users or an error, never some of them."""

import copy
import json
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.microsoft.client import GraphClient
from integrations.microsoft.errors import MicrosoftError
from integrations.microsoft.readings import read_users
from tests.integrations.microsoft.scripted import TENANT, Reply, document

SKUS = ("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "05e9a617-0261-4cee-bb44-138d3ef5d965")
IDS = [UUID(int=number) for number in range(1, 7)]
JUNK = [None, True, 0, -1, 2.5, "", "junk", [], ["junk"], [None], {}, {"junk": "junk"}]


def user(identifier):
    return {
        "id": str(identifier),
        "userPrincipalName": f"user{identifier.int}@birch.test",
        "displayName": "Zoë Müller",
        "accountEnabled": True,
        "proxyAddresses": ["SMTP:zoe@birch.test"],
        "businessPhones": ["+43 1 555 0100"],
        "assignedLicenses": [{"skuId": sku, "disabledPlans": []} for sku in SKUS],
    }


def pages(url):
    first, second, third = (
        [user(identifier) for identifier in IDS[start : start + 2]] for start in (0, 2, 4)
    )
    return [
        {"value": first, "@odata.nextLink": f"{url}/v1.0/users/2"},
        {"value": second, "@odata.nextLink": f"{url}/v1.0/users/3"},
        {"value": third},
    ]


def places(value, path=()):
    """Every place in a document, its root first."""
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


PLACES = [
    (page, path)
    for page, content in enumerate(pages("https://localhost"))
    for path in places(content)
    # A page that says it is the last, or says it is empty, cannot be told from one that is:
    # against those stand the deletion guard and the two complete readings it asks for.
    if path not in {("@odata.nextLink",), ("value",)}
]


def mutilated(content, path, junk):
    if not path:
        return junk
    content = copy.deepcopy(content)
    holder = content
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = junk
    return content


def serve(origin, replies):
    for path, reply in zip(("/v1.0/users", "/v1.0/users/2", "/v1.0/users/3"), replies, strict=True):
        origin.answer(path, reply)


def read(origin, identity):
    """The ids read and the licenses of each, or None for an error."""
    try:
        with read_users(GraphClient(origin.cloud, identity, TENANT, patience=0)) as users:
            return [user.id for user in users]
    except MicrosoftError:
        return None


together = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_whole_answer_is_read(origin, scripted_identity):
    serve(origin, [document(page) for page in pages(origin.url)])
    assert read(origin, scripted_identity) == IDS


@together
@given(place=st.sampled_from(PLACES), junk=st.sampled_from(JUNK))
def test_junk_in_any_place_takes_no_user_away(origin, scripted_identity, place, junk):
    damaged, path = place
    contents = pages(origin.url)
    contents[damaged] = mutilated(contents[damaged], path, junk)
    serve(origin, [document(content) for content in contents])
    assert read(origin, scripted_identity) in (IDS, None)


@together
@given(damaged=st.integers(0, 2), kept=st.floats(0, 1, exclude_max=True), honest=st.booleans())
def test_answer_cut_anywhere_is_an_error(origin, scripted_identity, damaged, kept, honest):
    bodies = [json.dumps(content).encode() for content in pages(origin.url)]
    whole = len(bodies[damaged])
    bodies[damaged] = bodies[damaged][: int(whole * kept)]
    replies = [Reply(body=body) for body in bodies]
    if honest:
        replies[damaged] = Reply(body=bodies[damaged], announced=whole)
    serve(origin, replies)
    assert read(origin, scripted_identity) is None


@together
@given(damaged=st.integers(0, 2), status=st.sampled_from([204, 301, 400, 401, 403, 404, 410, 429, 500, 503]))
def test_page_that_is_refused_is_an_error(origin, scripted_identity, damaged, status):
    replies = [document(content) for content in pages(origin.url)]
    replies[damaged] = Reply(status)
    serve(origin, replies)
    assert read(origin, scripted_identity) is None


@pytest.mark.parametrize("missing", ["id", "assignedLicenses"])
def test_user_without_a_needed_fact_spoils_the_reading(origin, scripted_identity, missing):
    contents = pages(origin.url)
    del contents[2]["value"][1][missing]
    serve(origin, [document(content) for content in contents])
    assert read(origin, scripted_identity) is None
