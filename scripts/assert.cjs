/**
 * What packages that require `node:assert` get in the bundle; see bundle.js. For an assertion without a message Node
 * reads the source anew to show it, and to parse a bundle's one long line held the event loop for eight seconds.
 */
module.exports = function assert(value, message) {
  if (value) return;
  throw message instanceof Error
    ? message
    : Object.assign(new Error(message ?? "assertion failed"), { code: "ERR_ASSERTION" });
};
