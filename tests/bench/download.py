"""The yardstick: processes that only download what a sync reads, with nothing parsed, checked or stored."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import requests

# The paths of integrations/microsoft/readings.py.
PATHS = (
    "/v1.0/organization?$select=id,displayName,verifiedDomains",
    "/v1.0/subscribedSkus?$select=skuId,skuPartNumber,appliesTo,capabilityStatus,prepaidUnits,consumedUnits,subscriptionIds",
    "/v1.0/directory/subscriptions",
    "/v1.0/users?$top=999&$select=id,userPrincipalName,displayName,givenName,surname,mail,jobTitle,accountEnabled,userType,assignedLicenses",
)


@dataclass(frozen=True)
class Origin:
    url: str
    ca: str
    application_id: str
    secret: str


_session: requests.Session | None = None


def download_all(origin: Origin, tenant_ids: Sequence[str], *, processes: int) -> float:
    """Seconds it takes `processes` processes to download all tenants, one after the other each."""
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_connect, [origin] * processes))
        started = time.perf_counter()
        list(pool.map(_download, [origin] * len(tenant_ids), tenant_ids, chunksize=1))
        return time.perf_counter() - started


def _connect(origin: Origin) -> None:
    _open(origin).get(f"{origin.url}/", timeout=30)


def _open(origin: Origin) -> requests.Session:
    global _session  # noqa: PLW0603 - one session for each pool process
    if _session is None:
        _session = requests.Session()
        _session.trust_env = False
        _session.verify = origin.ca
    return _session


def _download(origin: Origin, tenant_id: str) -> int:
    session = _open(origin)
    form = {
        "grant_type": "client_credentials",
        "client_id": origin.application_id,
        "client_secret": origin.secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    answer = session.post(f"{origin.url}/{tenant_id}/oauth2/v2.0/token", data=form, timeout=30)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return sum(len(_get(session, origin.url + path, headers)) for path in PATHS)


def _get(session: requests.Session, url: str, headers: dict[str, str]) -> bytes:
    answer = session.get(url, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.content
