// Vite with the host's server behind /api, as in production: here the sandbox.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": "http://localhost:4810" } },
});
