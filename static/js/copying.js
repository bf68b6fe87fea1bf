// A button that copies a field. Without this module the field can still be selected and copied by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  const label = button.querySelector("span");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Press Ctrl+C";
  }
});
