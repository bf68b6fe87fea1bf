// Changes the theme at once; the server keeps it in a cookie. Without this module the form simply posts.
const form = document.querySelector("[data-theme-form]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = event.submitter;
  show(chosen);
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" });
  } catch {
    // The page keeps the new look; the next visit has the old one.
  }
});

function show(chosen) {
  if (chosen.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen.value;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
}
