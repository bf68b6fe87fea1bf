"""A plain caller of the simulator: what a client does, without any of its cleverness."""

import requests


class Caller:
    def __init__(self, simulator):
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(simulator.ca_path)
        self._tokens = {}

    def ask_for_token(self, tenant_id, **changes):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.simulator.application_id,
            "client_secret": self.simulator.client_secret,
            "scope": "https://graph.microsoft.com/.default",
        } | changes
        filled = {name: value for name, value in form.items() if value is not None}
        return self.session.post(self.identity_url(tenant_id, "oauth2/v2.0/token"), data=filled, timeout=5)

    def token(self, tenant_id):
        if tenant_id not in self._tokens:
            self._tokens[tenant_id] = self.ask_for_token(tenant_id).json()["access_token"]
        return self._tokens[tenant_id]

    def get(self, path, *, tenant, headers=None, **options):
        """`path` begins after the version, or is a whole URL."""
        url = path if path.startswith("https:") else f"{self.simulator.url}/v1.0/{path}"
        return self.session.get(url, headers=self._authorized(tenant, headers), timeout=5, **options)

    def batch(self, *items, tenant):
        url = f"{self.simulator.url}/v1.0/$batch"
        body = {"requests": list(items)}
        return self.session.post(url, json=body, headers=self._authorized(tenant), timeout=5)

    def every(self, path, *, tenant, headers=None):
        """The entries of all pages."""
        entries = []
        while path:
            page = self.get(path, tenant=tenant, headers=headers).json()
            entries += page["value"]
            path = page.get("@odata.nextLink")
        return entries

    def control(self, method, path, **body):
        return self.session.request(method, f"{self.simulator.url}/_simulator/{path}", json=body, timeout=5)

    def identity_url(self, tenant_id, path):
        return f"{self.simulator.url}/{tenant_id}/{path}"

    def _authorized(self, tenant, headers=None):
        return {"Authorization": f"Bearer {self.token(tenant.tenant_id)}"} | (headers or {})
