// acme.css, which all examples share, lies one folder above.
export default { turbopack: { root: new URL("..", import.meta.url).pathname }, poweredByHeader: false };
