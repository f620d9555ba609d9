// Types of the entry `connect-flow/contrast`, for development: it is not needed where a page is delivered.

/** Two colours of a theme that are too close. */
export interface ContrastFinding {
  /** The variable of what is read or seen: `--cf-text-muted`. */
  seen: string;
  /** The variable of what it is on. */
  on: string;
  /** WCAG's contrast ratio, 1 to 21, to two digits. */
  ratio: number;
  /** What WCAG 2.2 AA asks for: 4.5 for text, 3 for borders of controls and the focus ring. */
  needed: number;
}

/**
 * Measures the theme of a mounted component, in the colour scheme that it shows now; empty if all can be read.
 * @throws {Error} before `flow-ready`
 */
export function contrast(element: Element): ContrastFinding[];

/**
 * Refuses a theme that cannot be read. Call it on `flow-ready`, once in each colour scheme, while developing.
 * @throws {Error & { code: "unreadable_theme"; findings: ContrastFinding[] }}
 */
export function assertReadable(element: Element): void;
