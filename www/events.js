// The names of the events, for wrappers of the element. Generated from src/embed/events.rs; edits here are lost.

export const EVENTS = [
  "session-expiring",
  "session-expired",
  "session-renewed",
  "session-renewal-failed",
  "session-ended",
  "account-connected",
  "account-disconnected",
  "config-saved",
  "consent-given",
  "flow-activity",
  "flow-error",
  "flow-ready",
  "flow-closed",
];
