import { checkRequest, wireHeaders } from "../../delivery/head.ts";
import type { Draft } from "../../delivery/deliver.ts";
import type { ExportedRequest } from "../../dumps/exports/export.ts";
import { dumpExports } from "../../dumps/exports/index.ts";
import { withoutCredentials } from "../../dumps/exports/redact.ts";
import type { Context } from "../context.ts";
import { usage, type RequestFlags } from "./request-options.ts";
import { shownExport } from "../views/export.ts";

const mostPrinted = 1000;

/**
 * Prints the requests as they would go over the wire. The forms for pasting are printed byte for byte; on a terminal
 * an HTTP message is escaped, since its body may hold anything.
 *
 * @throws TelepathError `USAGE` when there are too many to be read
 */
export function printRequests(drafts: Iterable<Draft>, flags: RequestFlags, context: Context): void {
  const requests: ExportedRequest[] = [];
  for (const draft of drafts) {
    checkRequest(draft);
    if (requests.length === mostPrinted) {
      throw usage(`--dry-run prints up to ${mostPrinted} requests`, "lower --count, or narrow what is replayed");
    }
    const { method, target, body, origin, host } = draft;
    requests.push({ method, target, headers: wireHeaders(draft, host), body, url: origin + target });
  }
  const name = flags.as ?? (flags.json ? "json" : "http");
  const form = dumpExports.find((candidate) => candidate.name === name)!;
  const shared = form.redactsByDefault ? requests.map(withoutCredentials) : requests;
  context.stdout.write(shownExport(form.write(...shared), form, context.stdout));
}
