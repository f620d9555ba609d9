// Modules all the way: chunks are loaded by import(), which Trusted Types have nothing to say about.
export default {
  mode: "production",
  entry: "./src/main.js",
  experiments: { outputModule: true },
  output: { module: true, path: new URL("public/build", import.meta.url).pathname, clean: true },
  performance: { hints: false },
};
