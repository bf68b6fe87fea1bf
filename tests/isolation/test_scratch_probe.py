from tests.factories import make_user, make_organization
from organizations.roles import Role
import base64, json, pytest
def cur(m): return base64.urlsafe_b64encode(json.dumps(m).encode()).decode().rstrip("=")
def test_404(account, rival, client_of):
    foreign = make_organization(rival)
    c = client_of(Role.ADMINISTRATOR)
    c.raise_request_exception = False
    for path in [f"organizations/{foreign.pk}/", "organizations/99999999999999999999999/", "organizations/?q=%00", "organizations/?q=%ED%A0%80",
        "organizations/?from="+cur([0,0,5,3]), "organizations/?from="+cur([0,0,"a",2**70]),"organizations/?from="+cur([0,0,None,2]),
        "organizations/?from="+cur([0,0,"a\0",2]),"organizations/?from="+cur([0,0,"\ud800",2]), "organizations/?from="+base64.urlsafe_b64encode(b"["*3000).decode(),
        "organizations/?from="+cur([1,1,"a",2]), "organizations/?from=é", "nothing/"]:
        r = c.get(f"/{account.slug}/{path}")
        print(r.status_code, path[:60], r.content[:0], getattr(r,'exc_info',None) and r.exc_info[1])
    c = client_of(Role.LITE); c.raise_request_exception = False
    r = c.get(f"/{account.slug}/admin/integrations/"); print(r.status_code, r.exc_info[1] if hasattr(r,'exc_info') and r.exc_info else '')
