// Passwords: a revealed one hides itself again, and a new one is made at the press of a button. Both work without this
// module, but for the hiding: then a revealed password has a page of its own.
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_.!#%+=?";
const LENGTH = 20;

document.body.addEventListener("htmx:load", (event) => {
  const secret = event.detail.elt;
  if (!secret.matches?.("[data-hides-after]")) return;
  setTimeout(() => hide(secret), Number(secret.dataset.hidesAfter) * 1000);
  secret.querySelector(".secret-text")?.focus();
});

document.addEventListener("click", (event) => {
  const hider = event.target.closest("[data-hides]");
  if (hider) hide(hider.closest("[data-hides-after]"));
  const generator = event.target.closest("[data-generates]");
  if (generator) generate(document.getElementById(generator.dataset.generates));
});

function hide(secret) {
  if (!secret.isConnected) return;
  const hadFocus = secret.contains(document.activeElement);
  const form = secret.querySelector("template").content.firstElementChild.cloneNode(true);
  secret.replaceWith(form);
  window.htmx.process(form);
  if (hadFocus) form.querySelector("button").focus();
}

function generate(field) {
  field.type = "text";
  field.value = Array.from({ length: LENGTH }, letter).join("");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.select();
}

// Numbers from the last, incomplete round would make the first letters likelier than the others.
function letter() {
  const number = crypto.getRandomValues(new Uint32Array(1))[0];
  const limit = 2 ** 32 - (2 ** 32 % ALPHABET.length);
  return number < limit ? ALPHABET[number % ALPHABET.length] : letter();
}
