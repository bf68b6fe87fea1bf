// Turns a multi-select of records into a combobox that searches as one types, with what is chosen as chips before it.
const WAIT = 150;

for (const picker of document.querySelectorAll("[data-picker]")) enhance(picker);

function enhance(picker) {
  const menu = picker.querySelector("select");
  const input = picker.querySelector("input");
  const chips = element("ul", { className: "picker-chips" });
  const list = element("ul", { className: "picker-options menu", id: `${menu.id}-options`, role: "listbox", hidden: true });
  const told = element("p", { className: "visually-hidden", role: "status" });
  let timer;
  let asked = 0;
  // Whether what is listed is not yet what was typed, and Enter was pressed meanwhile.
  let isBehind = false;
  let isEntered = false;

  // The label now names the box one types into; what is typed is no value of the form any more.
  const label = picker.ownerDocument.querySelector(`label[for="${CSS.escape(menu.id)}"]`);
  if (label) label.htmlFor = input.id;
  input.removeAttribute("name");
  input.removeAttribute("aria-label");
  input.value = "";
  input.placeholder = "Type to search";
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  if (menu.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
  list.setAttribute("aria-label", label?.textContent.trim() ?? "Found");
  menu.hidden = true;
  for (const option of [...menu.options]) option.selected ? addChip(option) : option.remove();
  menu.before(chips);
  picker.append(list, told);

  input.addEventListener("input", () => {
    clearTimeout(timer);
    isBehind = true;
    timer = setTimeout(search, WAIT);
  });
  input.addEventListener("focus", search);
  input.addEventListener("click", () => list.hidden && search());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", pressed);
  // The pointer must not take the focus away before its click is heard.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));

  async function search() {
    const mine = ++asked;
    isBehind = true;
    const response = await fetch(`${picker.dataset.searchUrl}?${new URLSearchParams({ q: input.value })}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || document.activeElement !== input) return;
    if (!response?.ok || response.redirected) return show([], "This can't be searched at the moment.");
    const { choices } = await response.json();
    const taken = new Set([...menu.options].map((option) => option.value));
    const left = choices.filter((choice) => !taken.has(choice.value));
    show(left, left.length ? "" : input.value ? "Nothing matches" : "Nothing more to choose");
  }

  function show(choices, words) {
    list.replaceChildren(...choices.map(optionOf), ...(words ? [element("li", { className: "picker-nothing", textContent: words })] : []));
    list.hidden = false;
    input.setAttribute("aria-expanded", String(choices.length > 0));
    told.textContent = words || `${choices.length} found`;
    point(options()[0]);
    isBehind = false;
    if (!isEntered) return;
    isEntered = false;
    choose(pointed());
  }

  function optionOf({ value, name, subtitle }, index) {
    const option = element("li", { role: "option", id: `${list.id}-${index}` });
    option.dataset.value = value;
    option.append(element("span", { textContent: name }));
    if (subtitle) option.append(element("span", { className: "subtitle", textContent: subtitle }));
    option.setAttribute("aria-selected", "false");
    return option;
  }

  function options() {
    return [...list.querySelectorAll("[role=option]")];
  }

  function pointed() {
    return list.querySelector("[aria-selected=true]");
  }

  function point(option) {
    pointed()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  function pressed(event) {
    const found = options();
    const here = found.indexOf(pointed());
    const targets = { ArrowDown: here + 1, ArrowUp: here - 1 + found.length };
    if (event.key in targets) {
      event.preventDefault();
      if (list.hidden) search();
      else if (found.length) point(found[targets[event.key] % found.length]);
    } else if (event.key === "Enter") {
      // Enter chooses, and never saves the form around it.
      event.preventDefault();
      if (isBehind) isEntered = true;
      else if (!list.hidden) choose(pointed());
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Backspace" && !input.value) {
      chips.lastElementChild?.querySelector("button").click();
    }
  }

  function choose(option) {
    if (!option) return;
    const name = option.firstElementChild.textContent;
    const chosen = new Option(name, option.dataset.value, true, true);
    menu.append(chosen);
    addChip(chosen);
    input.value = "";
    search();
    told.textContent = `${name} added`;
  }

  function addChip(option) {
    const name = option.dataset.name ?? option.label;
    const chip = element("li", { className: "picker-chip" });
    const remove = element("button", { type: "button", textContent: "×", title: "Remove" });
    remove.setAttribute("aria-label", `Remove ${name}`);
    remove.addEventListener("click", () => {
      option.remove();
      chip.remove();
      told.textContent = `${name} removed`;
      input.focus();
    });
    chip.append(element("span", { textContent: name }), remove);
    chips.append(chip);
  }

  function close() {
    clearTimeout(timer);
    asked += 1;
    isBehind = isEntered = false;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
}

function element(tag, { role, ...properties }) {
  const made = Object.assign(document.createElement(tag), properties);
  if (role) made.setAttribute("role", role);
  return made;
}
