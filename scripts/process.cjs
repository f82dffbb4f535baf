/** What packages that import or require `node:process` get in the bundle; see bundle.js. */
module.exports = globalThis.process;
