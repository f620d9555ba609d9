// Brings the page to life: the one script of its own.
import init from "./pkg/leptos_ssr_example.js";

await init({ module_or_path: "/pkg/leptos_ssr_example_bg.wasm" });
