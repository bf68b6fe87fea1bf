// The order of a type's fields: dragged by the grip, or moved by buttons that keep the focus. Without this module the
// buttons post the form.
const form = document.querySelector("[data-field-order]");
const list = form?.querySelector("ol");
const announcer = document.getElementById("announcer");
let dragged = null;
// One after the other: each says where a field goes among others that the one before may have moved.
let sent = Promise.resolve();

form?.addEventListener("submit", (event) => {
  const { name, value } = event.submitter ?? {};
  if (name !== "up" && name !== "down") return;
  event.preventDefault();
  const row = event.submitter.closest("[data-field]");
  if (name === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  settle(row);
  // A button at the end of its way hands the focus to its neighbor.
  const button = row.querySelector(`[name="${name}"][value="${value}"]`);
  (button.disabled ? row.querySelector("button:enabled") : button)?.focus();
});

list?.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  dragged = grip.closest("[data-field]");
  dragged.classList.add("is-dragged");
});

list?.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const others = rows().filter((row) => row !== dragged);
  const next = others.find((row) => event.clientY < middle(row));
  if (next !== dragged.nextElementSibling || !next) list.insertBefore(dragged, next ?? null);
});

for (const end of ["pointerup", "pointercancel"]) {
  list?.addEventListener(end, () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    settle(dragged);
    dragged = null;
  });
}

function rows() {
  return [...list.querySelectorAll("[data-field]")];
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}

function settle(row) {
  const all = rows();
  all.forEach((each, place) => {
    each.querySelector('[name="up"]').disabled = place === 0;
    each.querySelector('[name="down"]').disabled = place === all.length - 1;
  });
  const body = new FormData(form);
  body.set("moved", row.querySelector('[name="order"]').value);
  const told = `${row.dataset.name} is number ${all.indexOf(row) + 1} of ${all.length}`;
  sent = sent.then(() => send(body, told));
}

async function send(body, told) {
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(`answered ${answer.status}`);
    announcer.textContent = told;
  } catch {
    // The page shows an order nobody saved: the server's is the true one.
    location.reload();
  }
}
