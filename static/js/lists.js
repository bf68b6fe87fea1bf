// What a list's filters and columns gain with a script: options narrowed by typing, columns sized and put in order by
// dragging. Without this module options are all shown, and columns are arranged by the fields and buttons of their form.
const NARROWEST = 48;
const STEP = 16;

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrows-options]")) return;
  event.stopPropagation();
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const option of event.target.parentElement.querySelectorAll("[data-option]")) {
    option.hidden = !words.every((word) => option.dataset.option.includes(word));
  }
}, true);

// The order of the columns: by the buttons at once, by dragging a row by its grip; kept when the form is saved.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-columns] [name=move]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  if (button.value.endsWith(":up")) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus();
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-reorders] .grip");
  if (grip) return drag(event, grip.closest("li"));
  const handle = event.target.closest("[data-resizes]");
  if (handle) resize(event, handle);
});

function drag(event, row) {
  event.preventDefault();
  row.classList.add("is-dragged");
  const follow = (move) => {
    const over = document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-reorders] li");
    if (!over || over === row || over.parentElement !== row.parentElement) return;
    const box = over.getBoundingClientRect();
    if (move.clientY < box.top + box.height / 2) over.before(row);
    else over.after(row);
  };
  until("pointermove", follow, () => row.classList.remove("is-dragged"));
}

// The width of a column: by its edge, or with Shift and an arrow on its heading; kept without leaving the page.
function resize(event, handle) {
  event.preventDefault();
  const heading = handle.closest("th");
  const start = event.clientX - heading.offsetWidth;
  until("pointermove", (move) => setWidth(heading, move.clientX - start), keep);
}

document.addEventListener("keydown", (event) => {
  if (!event.shiftKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const heading = event.target.closest("thead th[data-column]");
  if (!heading || !document.getElementById("columns-form")) return;
  event.preventDefault();
  setWidth(heading, heading.offsetWidth + (event.key === "ArrowRight" ? STEP : -STEP));
  keep();
});

function setWidth(heading, wanted) {
  const width = Math.round(Math.max(NARROWEST, wanted));
  const name = CSS.escape(heading.dataset.column);
  const table = heading.closest("table");
  table.classList.add("is-sized");
  heading.classList.add("is-sized");
  table.querySelector(`col[data-column="${name}"]`).setAttribute("width", width);
  document.querySelector(`#columns-form [name="width.${name}"]`).value = width;
}

let keeping;

function keep() {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    const form = document.getElementById("columns-form");
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).catch(() => {
      // The page keeps the width; the next visit has the old one.
    });
  }, 400);
}

function until(move, follow, done) {
  const end = () => {
    document.removeEventListener(move, follow);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
    done();
  };
  document.addEventListener(move, follow);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}
