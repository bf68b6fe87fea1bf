// Menus are popovers and work without this; it adds arrow keys, dialogs, dismissing, and a place where CSS anchors are missing.
const needsPlacing = !CSS.supports("position-area: block-end");

document.addEventListener("toggle", (event) => {
  if (event.newState === "open" && needsPlacing && event.target.matches(".menu, .panel")) place(event.target);
}, true);

// The browser itself gives the focus back from the outermost menu only.
document.addEventListener("beforetoggle", (event) => {
  if (event.newState === "closed" && event.target.contains(document.activeElement)) openerOf(event.target)?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest(".menu:popover-open");
  const opener = event.target.closest("[popovertarget]");
  if (menu) return moveInside(menu, event);
  if (event.key === "ArrowDown" && opener) enter(document.getElementById(opener.getAttribute("popovertarget")), event);
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    document.getElementById(opener.dataset.opens).showModal();
  }
  event.target.closest("[data-dismisses]")?.closest("[data-dismissable]").remove();
});

function openerOf(menu) {
  return document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

function itemsOf(menu) {
  return [...menu.querySelectorAll("a[href], button:enabled")];
}

function enter(menu, event) {
  if (!menu?.matches(".menu")) return;
  event.preventDefault();
  if (!menu.matches(":popover-open")) menu.showPopover({ source: event.target });
  itemsOf(menu)[0]?.focus();
}

function moveInside(menu, event) {
  const items = itemsOf(menu);
  const here = items.indexOf(document.activeElement);
  const targets = { ArrowDown: here + 1, ArrowUp: here - 1 + items.length, Home: 0, End: items.length - 1 };
  if (!(event.key in targets) || items.length === 0) return;
  event.preventDefault();
  items[targets[event.key] % items.length].focus();
}

function place(menu) {
  const button = openerOf(menu).getBoundingClientRect();
  const left = Math.min(button.left, innerWidth - menu.offsetWidth - 12);
  menu.style.left = `${Math.max(12, left)}px`;
  menu.style.top = `${Math.min(button.bottom, innerHeight - menu.offsetHeight - 12)}px`;
}
