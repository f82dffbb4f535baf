/** What packages that import `node:process` get in the bundle; see bundle.js. */
export default globalThis.process;
