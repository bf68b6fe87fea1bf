// The order of the sidebar's entries, among and within its sections: dragged by the grip, or moved by buttons that keep
// the focus. Nothing is saved before Save is pressed. Without this module each button saves at once.
const form = document.querySelector("[data-arranging]");
const list = form?.querySelector("ol");
const announcer = document.getElementById("announcer");
let dragged = null;

form?.addEventListener("submit", (event) => {
  const { name, value } = event.submitter ?? {};
  if (name !== "move") return;
  event.preventDefault();
  const row = event.submitter.closest("[data-entry]");
  const neighbor = value.startsWith("up:") ? row.previousElementSibling : row.nextElementSibling;
  if (neighbor === list.firstElementChild || !neighbor) return;
  if (value.startsWith("up:")) neighbor.before(row);
  else neighbor.after(row);
  event.submitter.focus();
  tell(row);
});

list?.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  dragged = grip.closest("[data-entry]");
  dragged.classList.add("is-dragged");
});

list?.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  // The first heading stays on top.
  const others = [...list.children].slice(1).filter((row) => row !== dragged);
  const next = others.find((row) => event.clientY < middle(row));
  list.insertBefore(dragged, next ?? null);
});

for (const end of ["pointerup", "pointercancel"]) {
  list?.addEventListener(end, () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    tell(dragged);
    dragged = null;
  });
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}

function tell(row) {
  let heading = row;
  let place = 0;
  while (!heading.matches("[data-section]")) {
    heading = heading.previousElementSibling;
    place += 1;
  }
  announcer.textContent = `${row.dataset.name} is number ${place} in ${heading.textContent.trim()}`;
}
