// Keys for people who stay on the keyboard: search, jumps, rows, and scrolling the list without a click.
const JUMP_WINDOW = 1200;
const SCROLL_KEYS = new Set(["PageDown", "PageUp", "Home", "End", "ArrowDown", "ArrowUp", " "]);
let jumpUntil = 0;

const keys = {
  "/": () => focusFirst('[data-search="page"], [data-search="global"]'),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  g: () => { jumpUntil = performance.now() + JUMP_WINDOW; return true; },
  j: () => moveRow(1),
  k: () => moveRow(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const jumping = performance.now() < jumpUntil;
  jumpUntil = 0;
  if (jumping && jump(event.key)) return event.preventDefault();
  if (SCROLL_KEYS.has(event.key)) return focusScroller();
  if (keys[event.key] && keys[event.key]() !== false) event.preventDefault();
});

function isTyping(target) {
  return target.closest("input, select, textarea, [contenteditable]") !== null;
}

function focusFirst(selector) {
  // A page has its own search or none: the one nearer to the content wins, hidden ones never do.
  const boxes = [...document.querySelectorAll(selector)].filter((box) => box.checkVisibility());
  const box = boxes.find((candidate) => candidate.dataset.search === "page") ?? boxes[0];
  box?.focus();
  box?.select();
  return box !== undefined;
}

function jump(key) {
  const link = document.querySelector(`[data-jump="${CSS.escape(key)}"]`);
  link?.click();
  return link !== null;
}

function moveRow(step) {
  const links = [...document.querySelectorAll("main tbody th a")];
  const next = links.indexOf(document.activeElement) + step;
  links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
  return links.length > 0;
}

function focusScroller() {
  // List pages scroll their rows, not the window: hand the key to the rows when nothing else has it.
  if (document.activeElement === document.body) {
    document.querySelector(".fills [data-scroller]")?.focus({ preventScroll: true });
  }
}
