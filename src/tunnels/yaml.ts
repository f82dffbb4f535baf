import { LineCounter, parseDocument } from "yaml";
import type { TelepathError } from "../model/errors.ts";

/** YAML that refers to itself more often than that is an attack. */
const mostAliases = 100;

/**
 * The value of a YAML document; with `failsafe` every scalar is its text, whatever it looks like.
 *
 * @throws what `refuse` makes of a problem: where it is and of what kind. The parser's own words would quote the file,
 *   which may hold secrets.
 */
export function parseYaml(
  text: string,
  schema: "core" | "failsafe",
  refuse: (problem: string) => TelepathError,
): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema, prettyErrors: false, logLevel: "error", lineCounter: lines });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw refuse(`line ${line}, column ${col}: ${problem.code.toLowerCase().replaceAll("_", " ")}`);
  }
  try {
    return document.toJS({ maxAliasCount: mostAliases }) as unknown;
  } catch {
    throw refuse("its aliases cannot be resolved");
  }
}
