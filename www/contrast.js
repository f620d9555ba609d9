// For development: whether a theme can be read, measured on the colours that a mounted component ends up with.

/** What is read or seen, what it is on, and the least ratio by WCAG 2.2 (1.4.3 and 1.4.11), as the style names them. */
const PAIRS = [
  ["text", "frame-surface", 4.5],
  ["muted", "frame-surface", 4.5],
  ["muted", "raised", 4.5],
  ["accent-text", "frame-surface", 4.5],
  ["success", "frame-surface", 4.5],
  ["warning", "frame-surface", 4.5],
  ["danger", "frame-surface", 4.5],
  ["text", "row-hover", 4.5],
  ["text", "danger-soft", 4.5],
  ["text", "warning-soft", 4.5],
  ["warning", "warning-soft", 4.5],
  ["on-primary", "primary", 4.5],
  ["on-primary", "primary-hover", 4.5],
  ["on-secondary", "secondary", 4.5],
  ["on-danger", "danger", 4.5],
  ["control-text", "control-surface", 4.5],
  ["placeholder", "control-surface", 4.5],
  ["chip-on-text", "chip-on", 4.5],
  ["border-control", "control-surface", 3],
  ["secondary-border", "frame-surface", 3],
  ["focus", "frame-surface", 3],
];

/** Names that the style shortens, as a page sets them. */
const PUBLIC = {
  muted: "text-muted", raised: "surface-raised", primary: "primary-surface", "primary-hover": "primary-surface-hover",
  "on-primary": "primary-text", secondary: "secondary-surface", "on-secondary": "secondary-text",
  "chip-on": "chip-selected-surface", "chip-on-text": "chip-selected-text",
};
const variable = (name) => `--cf-${PUBLIC[name] ?? name}`;

/** The luminance of what a canvas shows, by WCAG's formula. @param {Uint8ClampedArray} pixel */
function luminance([...pixel]) {
  const [red, green, blue] = pixel.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @type {typeof import("./contrast.js").contrast} */
export function contrast(element) {
  const frame = element.shadowRoot?.querySelector(".cf");
  if (!frame) throw Error("contrast: the component is not mounted yet; wait for flow-ready");
  const probe = frame.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  const paint = (name) => {
    probe.style.color = `var(--${name})`;
    paper.fillStyle = getComputedStyle(probe).color;
    paper.fillRect(0, 0, 1, 1);
    return luminance(paper.getImageData(0, 0, 1, 1).data.slice(0, 3));
  };
  const found = [];
  try {
    for (const [seen, on, needed] of PAIRS) {
      // What is under a surface that can be seen through is not known here: white, as on paper.
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, 1, 1);
      const [below, above] = [paint(on), paint(seen)];
      const ratio = (Math.max(below, above) + 0.05) / (Math.min(below, above) + 0.05);
      if (ratio >= needed) continue;
      found.push({ seen: variable(seen), on: variable(on), ratio: Math.round(ratio * 100) / 100, needed });
    }
  } finally {
    probe.remove();
  }
  return found;
}

/** @type {typeof import("./contrast.js").assertReadable} */
export function assertReadable(element) {
  const findings = contrast(element);
  if (findings.length === 0) return;
  const lines = findings.map(({ seen, on, ratio, needed }) => `${seen} on ${on}: ${ratio}, at least ${needed}`);
  throw Object.assign(Error(`this theme cannot be read:\n${lines.join("\n")}`), { code: "unreadable_theme", findings });
}
