// Forms that a passkey answers: what it is asked stands in the form or is fetched, its answer is sent with the form.
const ENDED = "This was ended or took too long. Try again, or use another way.";
const FAILED = "Your browser or device could not use a passkey here. Use another way.";
const TAKEN = "This device has a passkey for you already.";

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    answer(form);
  });
}

async function answer(form) {
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  tell(form, "");
  try {
    const credential = await ask(form.dataset.passkey, await options(form));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    tell(form, { NotAllowedError: ENDED, InvalidStateError: TAKEN }[error.name] ?? FAILED);
    button.disabled = false;
    button.focus();
  }
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const response = await fetch(form.dataset.source, { headers: { Accept: "application/json" } });
  return (await response.json()).publicKey;
}

function tell(form, words) {
  const error = form.querySelector(".form-error");
  error.querySelector("span").textContent = words;
  error.hidden = words === "";
}

async function ask(what, asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge) };
  if (asked.user) publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (asked[list]) publicKey[list] = asked[list].map((each) => ({ ...each, id: bytes(each.id) }));
  }
  const given = await navigator.credentials[what]({ publicKey });
  return {
    id: given.id,
    rawId: text(given.rawId),
    type: given.type,
    authenticatorAttachment: given.authenticatorAttachment,
    clientExtensionResults: given.getClientExtensionResults(),
    response: parts(given.response),
  };
}

function parts(response) {
  const found = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) found[name] = text(response[name]);
  }
  return found;
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer) {
  const characters = [...new Uint8Array(buffer)].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
