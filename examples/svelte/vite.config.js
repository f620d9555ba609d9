// Vite with the host's server behind /api, as in production: here the sandbox.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  server: { proxy: { "/api": "http://localhost:4810" } },
});
