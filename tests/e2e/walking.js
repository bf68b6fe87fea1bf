// Walks with somebody who has only a keyboard: what a page owes them is listed before, what has the focus is looked at
// after every press, and what was never reached is left over. walking.py presses the keys.
globalThis.walk = (() => {
  const STOPS = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable], [onclick], [role=button]";
  /** What is longer than the window may stand with an end outside of it. */
  const LONG = "div, pre, textarea";
  /** A date is typed in parts, each of them a stop. */
  const PARTS = 6;
  const SLACK = 1;
  let place, owed, atRest, met, last, parts, faults;

  /** Of the page with all its details open, or of one place in it. From the top, whatever the page gave the focus to. */
  function begin(selector = "") {
    place = selector ? document.querySelector(selector) : document.body;
    if (!selector) startAtTop();
    for (const each of place.querySelectorAll("details")) each.open = true;
    owed = new Map([...place.querySelectorAll(STOPS)].filter(isOwed).map((stop) => [groupOf(stop), stop]));
    atRest = new Map([...owed.values()].flatMap(shownAs).map((shown) => [shown, looks(shown)]));
    [met, last, parts, faults] = [new Set(), null, 0, []];
  }

  function startAtTop() {
    const root = document.documentElement;
    root.tabIndex = -1;
    root.focus();
    root.removeAttribute("tabindex");
  }

  /** "left" outside of the place and when the round begins again, "again" where one has been before. */
  function look() {
    const stop = document.activeElement;
    if (stop === document.body || !place.contains(stop)) return "left";
    const group = groupOf(stop);
    if (stop === last && parts++ < PARTS) return "met";
    if (met.has(group)) return met.values().next().value === group ? "left" : "again";
    met.add(group);
    [last, parts] = [stop, 0];
    if (!isIndicated(stop)) fault(stop, "does not show that it has the focus");
    const concealed = concealment(stop);
    if (concealed) fault(stop, `has the focus ${concealed}`);
    return "met";
  }

  function end() {
    for (const [group, stop] of owed) if (!met.has(group)) fault(stop, "is never reached");
    return faults;
  }

  function fault(stop, words) {
    faults.push(`${nameOf(stop)} ${words}`);
  }

  function isOwed(stop) {
    const isFree = !stop.matches(":disabled, main, [aria-hidden=true]");
    return isFree && shownAs(stop).every((shown) => shown.checkVisibility({ visibilityProperty: true }));
  }

  /** Radio buttons of one name are one stop. */
  function groupOf(stop) {
    if (stop.type !== "radio" || !stop.name) return stop;
    return [...stop.getRootNode().querySelectorAll("input[type=radio]")].find((each) => each.name === stop.name && each.form === stop.form);
  }

  /** An input nobody sees is shown by its label, or by what it lies in. */
  function shownAs(stop) {
    const style = getComputedStyle(stop);
    const isUnseen = style.opacity === "0" || style.clipPath !== "none";
    return isUnseen ? [stop, stop.closest("label") ?? stop.parentElement] : [stop];
  }

  function looks(shown) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(shown);
    return `${outlineStyle} ${outlineWidth} ${boxShadow}`;
  }

  function isIndicated(stop) {
    // The button inside of a date: its ring is the browser's.
    if (!stop.matches(":focus")) return true;
    const shown = shownAs(stop).at(-1);
    const style = getComputedStyle(shown);
    const isDrawn = style.outlineStyle !== "none" ? isRingSeen(shown, style) : style.boxShadow !== "none";
    return isDrawn && looks(shown) !== atRest.get(shown);
  }

  /** Two edges of the ring at least are not cut off. */
  function isRingSeen(shown, { outlineOffset, outlineWidth }) {
    const reach = parseFloat(outlineOffset) + parseFloat(outlineWidth);
    const [box, clip] = [boxOf(shown), clipOf(shown)];
    const edges = [
      box.left - reach >= clip.left - SLACK,
      box.top - reach >= clip.top - SLACK,
      box.right + reach <= clip.right + SLACK,
      box.bottom + reach <= clip.bottom + SLACK,
    ];
    return parseFloat(outlineWidth) >= 2 && edges.filter(Boolean).length >= 2;
  }

  function concealment(stop) {
    const shown = shownAs(stop).at(-1);
    const [box, clip] = [boxOf(shown), clipOf(shown)];
    const left = Math.max(box.left, clip.left);
    const right = Math.min(box.right, clip.right);
    const top = Math.max(box.top, clip.top);
    const bottom = Math.min(box.bottom, clip.bottom);
    if (right - left < SLACK || bottom - top < SLACK) return "out of sight";
    const isWhole = bottom - top >= Math.min(box.bottom - box.top, clip.bottom - clip.top) - 2 * SLACK;
    if (!isWhole && !shown.matches(LONG)) return "half out of sight";
    const points = [top + 3, (top + bottom) / 2, bottom - 3].map((y) => document.elementFromPoint((left + right) / 2, y));
    const covers = points.filter((hit) => hit && !isPartOf(hit, shown, stop));
    const isCovered = shown.matches(LONG) ? covers.length === points.length : covers.length > 0;
    return isCovered ? `under ${nameOf(covers[0])}` : "";
  }

  function isPartOf(hit, shown, stop) {
    return shown.contains(hit) || hit.contains(shown) || [...(stop.labels ?? [])].some((label) => label.contains(hit));
  }

  /** The first line of a link that wraps. */
  function boxOf(shown) {
    return shown.getClientRects()[0] ?? shown.getBoundingClientRect();
  }

  /** The part of the window in which this can be seen, inside all that scrolls or cuts off. */
  function clipOf(shown) {
    const clip = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    for (let each = shown; each !== document.body && getComputedStyle(each).position !== "fixed"; each = each.parentElement) {
      if (each === shown) continue;
      const { overflowX, overflowY } = getComputedStyle(each);
      const box = each.getBoundingClientRect();
      if (overflowX !== "visible") [clip.left, clip.right] = [Math.max(clip.left, box.left), Math.min(clip.right, box.right)];
      if (overflowY !== "visible") [clip.top, clip.bottom] = [Math.max(clip.top, box.top), Math.min(clip.bottom, box.bottom)];
    }
    return clip;
  }

  function nameOf(element) {
    const said = element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText ?? element.id;
    return `${element.localName} "${said.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  }

  return { begin, look, end };
})();
