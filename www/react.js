"use client";
// The React component and hook for 18 and 19: props become the element's properties, its events become callbacks.

import {
  createElement, forwardRef, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState,
} from "react";
import { ConnectFlowElement, assign, define } from "./index.js";
import { EVENTS } from "./events.js";

// The element's own accessors, and one that every element has. Its methods cannot be enumerated.
const OPTIONS = ["autofocus", ...Object.keys(ConnectFlowElement.prototype)].filter((name) => name !== "getSessionToken");

const propOf = (event) => `on-${event}`.replace(/-./g, (dash) => dash[1].toUpperCase());

// React 18 warns of layout effects on a server, where none runs anyway.
const useCommitEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

const same = (a, b) =>
  Object.is(a, b) || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));

/** @type {typeof import("./react.js").ConnectFlow} */
export const ConnectFlow = forwardRef(function ConnectFlow(props, ref) {
  const element = useRef(null);
  const latest = useRef(props);
  const set = useRef({});

  // The callbacks of the last render are called, and none of them is ever the reason for another life.
  useCommitEffect(() => {
    latest.current = props;
    const changed = {};
    for (const name of OPTIONS) {
      if (!same(props[name], set.current[name])) changed[name] = props[name];
      set.current[name] = props[name];
    }
    const asks = typeof props.getSessionToken === "function";
    if (asks !== set.current.asks) {
      changed.getSessionToken = asks ? (request) => latest.current.getSessionToken?.(request) : undefined;
      set.current.asks = asks;
    }
    define();
    assign(element.current, changed);
  });

  // Later than that: whoever gets the element finds it defined, with its options.
  useImperativeHandle(ref, () => element.current, []);

  useCommitEffect(() => {
    const target = element.current;
    if (target === set.current.heard) return;
    set.current.heard = target;
    // They go with the element. Taking them off again would miss what happens while Suspense or Activity hides it.
    for (const name of EVENTS) {
      target.addEventListener(name, (event) => {
        if (target.isConnected) latest.current[propOf(name)]?.(event.detail, event);
      });
    }
  }, []);

  const { className, style, id } = props;
  return createElement("connect-flow", { ref: element, class: className, style, id });
});

const START = { status: "loading", session: "waiting", error: undefined };

// What each event says about where the flow stands.
const NEXT = {
  "flow-ready": () => ({ status: "ready", session: "active", error: undefined }),
  "flow-closed": () => ({ status: "closed" }),
  "flow-error": (error) => ({ error }),
  "session-expiring": () => ({ session: "expiring" }),
  "session-expired": () => ({ session: "expired" }),
  "session-renewed": () => ({ session: "active" }),
  "session-ended": () => ({ session: "ended" }),
};

/** @type {typeof import("./react.js").useConnectFlow} */
export function useConnectFlow() {
  const [element, setElement] = useState(null);
  const [state, setState] = useState(START);
  const followed = useRef(null);
  const ref = useCallback((next) => {
    if (!next) {
      // An element that is only hidden, by Suspense say, lives on and is handed over again.
      queueMicrotask(() => followed.current?.isConnected || follow(null));
    } else if (next !== followed.current) {
      follow(next);
      for (const [name, change] of Object.entries(NEXT)) {
        next.addEventListener(name, ({ detail }) => {
          if (next === followed.current) setState((before) => ({ ...before, ...change(detail) }));
        });
      }
    }
    function follow(element) {
      followed.current = element;
      setElement(element);
      setState(START);
    }
  }, []);
  return {
    ref,
    ...state,
    setSessionToken: useCallback((offer) => element?.setSessionToken(offer), [element]),
    end: useCallback((options) => element?.end(options), [element]),
    retry: useCallback(() => element?.retry(), [element]),
  };
}
