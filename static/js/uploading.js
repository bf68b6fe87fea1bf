// Uploads files as soon as they are chosen or dropped, tells how far it is, and shows the section the server answers with.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-upload] input[type=file]") && event.target.files.length) upload(event.target.form);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-upload]")) return;
  event.preventDefault();
  upload(event.target);
});

for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const form = event.target.closest?.("[data-upload]");
  const carriesFiles = [...(event.dataTransfer?.types ?? [])].includes("Files");
  for (const each of document.querySelectorAll("[data-upload].is-over")) each.classList.remove("is-over");
  if (!carriesFiles) return;
  // A file that misses the form must not replace the page.
  event.preventDefault();
  if (!form || kind === "dragleave") return;
  if (kind === "dragover") return form.classList.add("is-over");
  form.querySelector("input[type=file]").files = event.dataTransfer.files;
  upload(form);
});

function upload(form) {
  const progress = form.querySelector("progress");
  const request = new XMLHttpRequest();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  progress.hidden = false;
  say("Uploading");
  request.open("POST", form.action);
  request.responseType = "document";
  request.upload.addEventListener("progress", ({ loaded, total }) => progress.value = total ? loaded / total : 0);
  request.addEventListener("load", () => show(form, request));
  request.addEventListener("error", () => fail(form));
  request.send(new FormData(form));
}

function show(form, { response, status }) {
  const here = document.querySelector(form.dataset.upload);
  const answered = response?.querySelector(form.dataset.upload);
  if (!answered) return fail(form);
  here.replaceWith(answered);
  const problem = answered.querySelector("[role=alert]");
  say(status < 400 && !problem ? "Uploaded" : problem?.textContent.trim() ?? "");
  answered.querySelector("input[type=file]")?.focus();
}

function fail(form) {
  delete form.dataset.busy;
  form.querySelector("progress").hidden = true;
  form.reset();
  const lost = document.getElementById("contact-lost");
  lost.querySelector("span").textContent = "The upload did not arrive. Check the connection and try again.";
  lost.hidden = false;
}

function say(text) {
  document.getElementById("announcer").textContent = text;
}
