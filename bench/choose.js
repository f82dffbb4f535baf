/**
 * The benchmarks, by name. Without a name it is `verify`.
 *
 *   npm run bench -- gateway [--seconds 3] [--rounds 5]
 */
const benches = {
  verify: () => import("./run.js"),
  gateway: () => import("./gateway.js"),
  send: () => import("./send.js"),
  retry: () => import("./retry.js"),
};

const named = process.argv[2];
if (named === undefined || named.startsWith("-")) await benches.verify();
else if (Object.hasOwn(benches, named)) {
  process.argv.splice(2, 1);
  await benches[named]();
} else {
  console.error(`there is no benchmark "${named}": ${Object.keys(benches).join(", ")}`);
  process.exitCode = 2;
}
