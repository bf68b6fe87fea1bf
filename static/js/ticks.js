// Lists with tick boxes: one box for all of the page, and how many are ticked. Without this module each is ticked by hand.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-tick-list]");
  if (!form) return;
  const boxes = [...form.querySelectorAll('tbody input[type="checkbox"]')];
  const all = form.querySelector("[data-tick-all]");
  if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
  if (!boxes.includes(event.target) && event.target !== all) return;
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && !all.checked;
  form.querySelector("[data-tick-count]").textContent = `${ticked} ticked tenant${ticked === 1 ? "" : "s"}`;
});
