import type { Context } from "../context.ts";
import { jsonView } from "./json-view.ts";
import { linesView } from "./lines-view.ts";
import { LiveView } from "./live-view.ts";
import type { BatchTerms, BatchView } from "./view.ts";

/** Objects with `--json`, a live table on a terminal where something is tried again, and lines everywhere else. */
export function openBatchView(terms: BatchTerms, context: Context): BatchView {
  if (terms.flags.json) return jsonView(terms, context);
  const { retrying } = terms;
  const { terminal, env } = context;
  if (retrying === null || terminal === null || env["TERM"] === "dumb") return linesView(terms, context);
  return new LiveView({ ...terms, retrying }, terminal, context);
}
