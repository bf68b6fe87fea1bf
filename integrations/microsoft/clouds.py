"""Microsoft's clouds. What differs between them, and a simulator, is this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Cloud:
    """Base addresses without a trailing slash; `ca` is a PEM file to trust instead of the public authorities."""

    key: str
    name: str
    login: str
    graph: str
    resource: str
    ca: str | None = None


def _cloud(key: str, name: str, *, login: str, graph: str) -> Cloud:
    return Cloud(key, name, login=f"https://{login}", graph=f"https://{graph}", resource=f"https://{graph}")


CLOUDS: Mapping[str, Cloud] = MappingProxyType(
    {
        cloud.key: cloud
        for cloud in (
            _cloud(
                "global",
                "Microsoft 365 (global)",
                login="login.microsoftonline.com",
                graph="graph.microsoft.com",
            ),
            _cloud(
                "us-gov",
                "US Government GCC High",
                login="login.microsoftonline.us",
                graph="graph.microsoft.us",
            ),
            _cloud(
                "us-dod",
                "US Government DoD",
                login="login.microsoftonline.us",
                graph="dod-graph.microsoft.us",
            ),
            _cloud(
                "china",
                "China (21Vianet)",
                login="login.partner.microsoftonline.cn",
                graph="microsoftgraph.chinacloudapi.cn",
            ),
        )
    }
)
