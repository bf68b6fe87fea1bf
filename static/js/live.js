// The parts htmx replaces: says what changed, waits for the reader, keeps the focus, keeps addresses short, tells of trouble.
const announcer = document.getElementById("announcer");
const lost = document.getElementById("contact-lost");
const said = new Map();

function listen(announce) {
  for (const part of document.querySelectorAll("[data-announce]")) {
    const text = part.dataset.announce;
    if (announce && said.get(part.id) !== text) announcer.textContent = text;
    said.set(part.id, text);
  }
}

listen(false);
document.addEventListener("htmx:afterSettle", () => listen(true));

// Someone reading details or holding the focus inside is not interrupted; the next round tries again.
let hadFocus = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const part = detail.target;
  const hasFocus = part.contains(document.activeElement);
  if (part.matches("[data-patient]") && (hasFocus || part.querySelector("details[open]"))) detail.shouldSwap = false;
  hadFocus = hasFocus && detail.shouldSwap;
});

// What takes the place of the part that had the focus takes the focus too, unless htmx found the same control in it.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!hadFocus || document.activeElement !== document.body) return;
  detail.elt.querySelector("a[href], button:enabled, input:not([type=hidden]):enabled")?.focus();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("[data-tidy-query]")) return;
  for (const [name, value] of [...event.detail.formData.entries()]) {
    if (value === "") event.detail.formData.delete(name);
  }
});

function tell(trouble) {
  lost.querySelector("span").textContent = lost.dataset[trouble];
  lost.hidden = false;
}

for (const failure of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(failure, () => tell("away"));
document.addEventListener("htmx:responseError", (event) => tell(event.detail.xhr.status < 500 ? "refused" : "failed"));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful !== false && event.detail.xhr.status < 400) lost.hidden = true;
});
