import { checkRequest, wireHeaders } from "../../delivery/head.ts";
import type { Draft } from "../../delivery/deliver.ts";
import type { ExportedRequest } from "../../dumps/exports/export.ts";
import { dumpExports } from "../../dumps/exports/index.ts";
import { withoutCredentials } from "../../dumps/exports/redact.ts";
import type { Context } from "../context.ts";
import { narrate } from "../sending/narrate.ts";
import { usage, type RequestFlags } from "./request-options.ts";
import type { RetryFlags } from "./retry-options.ts";
import { shownExport } from "../views/export.ts";

const mostPrinted = 1000;

/**
 * Prints the requests as they would go over the wire. The forms for pasting are printed byte for byte; on a terminal
 * an HTTP message is escaped, since its body may hold anything.
 *
 * @throws TelepathError `USAGE` when there are too many to be read
 */
export function printRequests(drafts: Iterable<Draft>, flags: RequestFlags & RetryFlags, context: Context): void {
  tellOfNoEffect(flags, context);
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

/** What says how requests are sent, and nothing of what they are. */
const sendingOptions = {
  retry: "--retry",
  retrySchedule: "--retry-schedule",
  speed: "--speed",
  rate: "--rate",
} as const;

function tellOfNoEffect(flags: RequestFlags & RetryFlags, context: Context): void {
  const without = Object.entries(sendingOptions)
    .filter(([option]) => flags[option as keyof typeof sendingOptions] !== undefined)
    .map(([, name]) => name);
  if (without.length === 0) return;
  narrate(
    context,
    `note: --dry-run sends nothing, so ${without.join(", ")} ${without.length === 1 ? "has" : "have"} no effect`,
  );
}
