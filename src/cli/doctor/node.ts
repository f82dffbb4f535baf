import { nodeRange } from "../version.ts";
import { ok, problem, type Found } from "./finding.ts";
import type { Check } from "./subject.ts";

/** The Node that runs this, against the versions the package asks for. */
export const node: Check = {
  name: "node",
  run: () => [nodeFinding(process.version, nodeRange)],
};

/**
 * @param range as `engines` in package.json has it: `^1.2.3`, `>=1.2.3`, and several with `||`
 */
export function nodeFinding(version: string, range: string): Found {
  const where = `${process.platform} ${process.arch}`;
  if (isIn(version, range)) return ok(`Node ${version} on ${where}`);
  return problem(`Node ${version} is not one this runs on (${range})`, "nvm install 22, or https://nodejs.org");
}

function isIn(version: string, range: string): boolean {
  const actual = numbers(version);
  return range.split("||").some((part) => {
    const [, operator, least = ""] = /^\s*(\^|>=)\s*v?([\d.]+)\s*$/.exec(part) ?? [];
    if (operator === undefined) throw new Error(`the range "${range}" has a part that is not understood: "${part}"`);
    const wanted = numbers(least);
    return !isLess(actual, wanted) && (operator === ">=" || actual[0] === wanted[0]);
  });
}

/** A pre-release counts as its release: nightly builds are what they lead to. */
function numbers(version: string): number[] {
  return [...version.split("-", 1)[0]!.matchAll(/\d+/g)].map(Number);
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  const at = [0, 1, 2].find((index) => (left[index] ?? 0) !== (right[index] ?? 0));
  return at !== undefined && (left[at] ?? 0) < (right[at] ?? 0);
}
