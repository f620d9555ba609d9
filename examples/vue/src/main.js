// The page's start.
import { createApp } from "vue";
import App from "./App.vue";
import "../../acme.css";

createApp(App).mount("#app");
