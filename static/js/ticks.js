// Lists with tick boxes: one box for all of the page, ranges with Shift, x for the row in focus, and how many are ticked.
// Without this module each is ticked by hand.
let last = null;

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-tick-list]");
  if (!list) return;
  const all = list.querySelector("[data-tick-all]");
  const boxes = boxesOf(list);
  if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
  if (boxes.includes(event.target) || event.target === all) show(list);
});

document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-tick-list]");
  if (!list) return;
  if (event.target.closest("[data-tick-none]")) return untick(list);
  const boxes = boxesOf(list);
  if (!boxes.includes(event.target)) return;
  if (event.shiftKey && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((box) => { box.checked = event.target.checked; });
    show(list);
  }
  last = event.target;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = event.target.closest("[data-tick-list] tbody th")?.querySelector('input[type="checkbox"]');
  if (!box || event.target.closest("input, select, textarea")) return;
  box.checked = !box.checked;
  show(box.closest("[data-tick-list]"));
});

function boxesOf(list) {
  return [...list.querySelectorAll('tbody input[type="checkbox"]')];
}

function untick(list) {
  const focus = boxesOf(list).find((box) => box.checked);
  list.querySelectorAll('input[type="checkbox"][data-tick-all], tbody input[type="checkbox"], [name="scope"]').forEach((box) => { box.checked = false; });
  show(list);
  focus?.focus();
}

function show(list) {
  const boxes = boxesOf(list);
  const all = list.querySelector("[data-tick-all]");
  const count = list.querySelector("[data-tick-count]");
  const ticked = boxes.filter((box) => box.checked).length;
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
  const [one, many] = count.dataset.tickWords.split(",");
  count.textContent = `${ticked} ${ticked === 1 ? one : many}`;
}
