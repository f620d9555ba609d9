// Vite with the host's server behind /api, as in production: here the sandbox.
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [
    // Without this Vue would look for a component of that name.
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === "connect-flow" } } }),
  ],
  server: { proxy: { "/api": "http://localhost:4810" } },
});
