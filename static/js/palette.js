// Ctrl-K: find anything and go there without a mouse. Without this module the search page does the same.
const palette = document.getElementById("palette");
const input = palette?.querySelector('[role="combobox"]');
const results = palette?.querySelector('[role="listbox"]');

document.addEventListener("keydown", (event) => {
  const isOpener = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!palette || !isOpener) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else open();
});

document.addEventListener("click", (event) => {
  if (palette && event.target.closest("[data-opens-palette]") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    event.target.closest("[popover]")?.hidePopover();
    open();
  }
  if (event.target === palette || event.target.closest("[data-closes-palette]")) palette.close();
});

input?.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    const all = options();
    choose(all[(all.indexOf(chosen()) + steps[event.key] + all.length) % all.length]);
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault();
    follow(chosen(), event);
  }
});

palette?.querySelector('[name="inside"]')?.addEventListener("change", ask);
results?.addEventListener("pointermove", (event) => choose(event.target.closest("a[role=option]") ?? chosen()));
results?.addEventListener("htmx:afterSwap", () => choose(options()[0]));

function open() {
  // One dialog at a time: what lies below another can't be reached.
  if (document.querySelector("dialog[open]")) return;
  palette.showModal();
  input.focus();
  input.select();
  ask();
}

function ask() {
  input.dispatchEvent(new CustomEvent("palette"));
}

function options() {
  return [...results.querySelectorAll("a[role=option]")];
}

function chosen() {
  return results.querySelector('[aria-selected="true"]');
}

function choose(option) {
  if (option === chosen()) return;
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function follow(option, event) {
  if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
  else location.assign(option.href);
}
