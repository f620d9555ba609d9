// Starts the app: the one script of the page.
import init from "./leptos-example.js";

await init({ module_or_path: "leptos-example_bg.wasm" });
