// Long lists of checkboxes: a box that narrows the list, and buttons that tick or untick what it shows.
for (const list of document.querySelectorAll("[data-choosing]")) {
  const rows = [...list.querySelectorAll("[data-choice]")];
  const nothing = list.querySelector("[data-nothing]");

  list.querySelector("[data-narrows]").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => row.dataset.choice.includes(word));
    nothing.hidden = rows.some((row) => !row.hidden);
  });

  // Enter in the box must not save the form around it.
  list.querySelector("[data-narrows]").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ticks]");
    if (!button) return;
    for (const row of rows.filter((each) => !each.hidden)) row.querySelector("input").checked = button.dataset.ticks === "all";
  });
}
