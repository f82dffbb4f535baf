/** How long the search for a cause takes: the largest part of a failing request's time. */
import { performance } from "node:perf_hooks";
import { build } from "esbuild";
import { payload, secret, sign } from "./data.js";

const repetitions = 15;

export async function diagnosisMedians() {
  const { judge, Secret } = await engine();
  const secrets = [new Secret(secret, "given")];
  const medianOf = (body, signature) => {
    const request = {
      method: "POST",
      target: "/",
      declaredBytes: null,
      otherReadings: [],
      notes: [],
      headers: [["X-Telepath-Signature", signature]],
      body: Buffer.from(body),
      fidelity: "exact",
    };
    const times = Array.from({ length: repetitions }, () => {
      const start = performance.now();
      judge(request, secrets, { explain: true });
      return performance.now() - start;
    });
    return times.toSorted((a, b) => a - b)[Math.floor(repetitions / 2)];
  };
  const row = (name, milliseconds, target) => ({
    name,
    figure: `${milliseconds.toFixed(1)} ms`,
    target: `≤ ${target} ms`,
    met: milliseconds <= target,
  });
  const small = event(1024);
  const large = event(27 * 1024);
  const pretty = JSON.stringify(JSON.parse(small), null, 2);
  const wrong = `sha256=${"0".repeat(64)}`;
  return [
    row("diagnosis of 1 KB, a match", medianOf(pretty, sign(small)), 10),
    row("diagnosis of 1 KB, no match", medianOf(small, wrong), 150),
    row("diagnosis of 27 KB, no match", medianOf(large, wrong), 500),
  ];
}

/** A payload of many small members, which take longer than one long text. */
function event(length) {
  const value = { ...JSON.parse(payload(1, 0)), turns: [] };
  while (JSON.stringify(value).length < length) value.turns.push({ at: value.turns.length * 1.5, text: 'yes — "no"' });
  return JSON.stringify(value);
}

/** The engine as it is in the sources: the package does not export the judge. */
async function engine() {
  const entry = `export { judge } from "./src/signatures/judge.ts"; export { Secret } from "./src/model/secret.ts";`;
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: new URL("..", import.meta.url).pathname, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
