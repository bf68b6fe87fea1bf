// Turns textareas for rich text into an editor with a few buttons. The server keeps an allow-list of its own; this one
// only keeps the page from showing what would be lost.
const TAGS = new Set("P BR H2 H3 H4 H5 H6 STRONG B EM I U S CODE PRE BLOCKQUOTE UL OL LI A HR TABLE THEAD TBODY TR TH TD".split(" "));
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "TITLE"]);
const WRAPPERS = new Set("DIV SECTION ARTICLE MAIN HEADER FOOTER ASIDE ADDRESS CENTER FIGURE DL DT DD".split(" "));
const BLOCKS = "p, h1, h2, h3, h4, h5, h6, pre, blockquote, ul, ol, table, hr, div, section, article, main, header, footer, aside, address, center, figure, dl, dt, dd";
const ADDRESS = /^(https?:|mailto:|tel:)/i;

document.querySelectorAll("textarea[data-rich-text]").forEach(enhance);

function enhance(textarea) {
  const editor = editorFor(textarea);
  const tools = toolsFor(editor, textarea);
  editor.append(cleaned(textarea.value));
  const keep = () => { textarea.value = editor.textContent.trim() ? editor.innerHTML : ""; };
  editor.addEventListener("input", keep);
  editor.addEventListener("paste", (event) => paste(event, keep));
  textarea.before(tools, editor);
  textarea.hidden = true;
  // The form may be reset to, or find errors in, what nobody can see.
  textarea.required = false;
  document.execCommand("defaultParagraphSeparator", false, "p");
}

function editorFor(textarea) {
  const editor = document.createElement("div");
  const label = textarea.labels[0];
  if (label) {
    label.id ||= `${textarea.id}-label`;
    label.addEventListener("click", () => editor.focus());
    editor.setAttribute("aria-labelledby", label.id);
  }
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (textarea.hasAttribute(name)) editor.setAttribute(name, textarea.getAttribute(name));
  }
  editor.className = "rich-text rich-text-editor";
  editor.contentEditable = "true";
  editor.role = "textbox";
  editor.ariaMultiLine = "true";
  editor.tabIndex = 0;
  return editor;
}

function toolsFor(editor, textarea) {
  const tools = document.createElement("div");
  tools.className = "rich-text-tools";
  tools.role = "group";
  tools.ariaLabel = `Formatting of ${textarea.labels[0]?.firstChild.textContent.trim() ?? "the text"}`;
  tools.append(document.getElementById("rich-text-buttons").content.cloneNode(true));
  const askForLink = linkInput(editor, tools);
  for (const button of tools.querySelectorAll("button")) {
    const { command, value } = button.dataset;
    // Pressing it must not take the selection away from the text.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => (command === "link" ? askForLink() : format(editor, command, value)));
  }
  return tools;
}

function format(editor, command, value) {
  if (!editor.contains(getSelection().anchorNode)) editor.focus();
  document.execCommand(command, false, value);
}

// The input for the address, after the buttons; what shows it is returned.
function linkInput(editor, tools) {
  const address = document.createElement("input");
  Object.assign(address, { type: "url", placeholder: "https://... then Enter", ariaLabel: "Address of the link", hidden: true });
  let range = null;
  address.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    editor.focus();
    if (range) { getSelection().removeAllRanges(); getSelection().addRange(range); }
    if (event.key === "Enter" && ADDRESS.test(address.value.trim())) link(address.value.trim());
    address.value = "";
    address.hidden = true;
  });
  tools.append(address);
  return () => {
    const selection = getSelection();
    range = selection.rangeCount && editor.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
    address.hidden = false;
    address.focus();
  };
}

function link(address) {
  if (!getSelection().isCollapsed) return document.execCommand("createLink", false, address);
  const anchor = document.createElement("a");
  anchor.href = anchor.textContent = address;
  document.execCommand("insertHTML", false, anchor.outerHTML);
}

function paste(event, keep) {
  event.preventDefault();
  const html = event.clipboardData.getData("text/html");
  const holder = document.createElement("div");
  holder.append(cleaned(html || event.clipboardData.getData("text/plain")));
  document.execCommand("insertHTML", false, holder.innerHTML);
  keep();
}

function cleaned(source) {
  const html = /<\/?[a-z]/i.test(source) ? unstyled(source) : paragraphs(source);
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll("*").forEach((element) => tidy(element, page.body));
  const fragment = document.createDocumentFragment();
  fragment.append(...page.body.childNodes);
  return fragment;
}

// The page's policy lets no inline style or handler through, and the console complains of each one that is only parsed.
function unstyled(html) {
  return html.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\s(?:style|on\w+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
}

function tidy(element, body) {
  if (!body.contains(element) || element === body) return;
  if (DROPPED.has(element.tagName)) return element.remove();
  if (element.tagName === "H1") return renamed(element, "h2");
  if (WRAPPERS.has(element.tagName) && !element.querySelector(BLOCKS)) return renamed(element, "p");
  if (!TAGS.has(element.tagName)) return element.replaceWith(...element.childNodes);
  for (const { name, value } of [...element.attributes]) {
    if (name !== "href" || !ADDRESS.test(value)) element.removeAttribute(name);
  }
}

function renamed(element, tag) {
  const made = document.createElement(tag);
  made.append(...element.childNodes);
  element.replaceWith(made);
}

function paragraphs(text) {
  const holder = document.createElement("div");
  for (const block of text.split(/\n{2,}/)) {
    const paragraph = document.createElement("p");
    paragraph.innerText = block.trim();
    holder.append(paragraph);
  }
  return holder.innerHTML;
}
