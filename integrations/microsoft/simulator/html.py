"""The little HTML the simulator needs: pages with a form, and redirects. Everything put in is escaped."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from integrations.microsoft.simulator.exchange import HTML_TYPE, Answer

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>
{body}
</main></body>
</html>
"""


def page(title: str, body: str, *, status: int = 200) -> Answer:
    return Answer(status, _PAGE.format(title=escape(title), body=body).encode(), HTML_TYPE)


def hidden_fields(values: Mapping[str, str]) -> str:
    fields = (
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
    )
    return "\n".join(fields)


def posting_form(action: str, values: Mapping[str, str]) -> Answer:
    form = f'<form method="post" action="{escape(action)}">\n{hidden_fields(values)}\n<button>Continue</button></form>'
    return page("Signed in", form)


def redirect(location: str, parameters: Mapping[str, str]) -> Answer:
    joint = "&" if urlsplit(location).query else "?"
    return Answer(
        302, content_type=HTML_TYPE, headers={"Location": f"{location}{joint}{urlencode(parameters)}"}
    )
