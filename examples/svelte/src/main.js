// The page's start.
import { mount } from "svelte";
import App from "./App.svelte";
import "../../acme.css";

mount(App, { target: document.getElementById("app") });
