import { Command, Option } from "commander";
import { http } from "../../dumps/exports/http.ts";
import type { Delivery } from "../../model/delivery.ts";
import { writeJson, type Context } from "../context.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { isAtWork } from "../requests/retry-holder.ts";
import { findProject } from "../settings/project.ts";
import { detailsJson, detailsText } from "../views/details.ts";
import { styleFor } from "../views/style.ts";
import { safeLines } from "../views/text.ts";

interface ShowFlags extends CommonFlags {
  raw?: boolean;
  body?: boolean;
}

export function showCommand(context: Context): Command {
  return commonOptions(new Command("show"))
    .summary("one delivery in full")
    .description(
      "Shows a delivery: headers, body, what the signature check said and why, attempts with their responses.",
    )
    .argument("<id>", "4 or more characters of the start or end of an id, last, or last-failed")
    .addOption(new Option("--raw", "the request itself, head and body").conflicts(["body", "json"]))
    .addOption(new Option("--body", "the exact bytes of its body").conflicts(["json"]))
    .addHelpText("after", examples)
    .action((id: string, flags: ShowFlags) => showAction(id, flags, context));
}

const examples = `
Examples:
  telepath-hooks show last                     the newest delivery
  telepath-hooks show last-failed              why the last failure failed
  telepath-hooks show 7Q2M9X --body > body.json
  telepath-hooks show last --raw | nc localhost 3000
`;

async function showAction(id: string, flags: ShowFlags, context: Context): Promise<void> {
  const project = findProject(context, flags);
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  try {
    const delivery = history.get(id);
    const retry = history.retryOf(delivery.id);
    const now = context.now();
    const next = retry && { ...retry, isAtWork: isAtWork({ ...retry, lastDueAt: retry.dueAt }, now), now };
    if (flags.raw) writeBytes(requestBytes(delivery), context);
    else if (flags.body) writeBytes(delivery.body, context);
    else if (flags.json) writeJson(context, detailsJson(delivery, next));
    else context.stdout.write(detailsText(delivery, styleFor(context.stdout, context, flags), next));
    if ((flags.raw || flags.body) && delivery.bodyState !== "whole") {
      const isLikeness = delivery.bodyState === "inexact";
      const what = isLikeness
        ? "the body is not, byte for byte, the one that was sent"
        : "only the first part of the body is on record";
      context.stderr.write(`note: ${what}\n`);
    }
  } finally {
    await history.close();
  }
}

/** The head as it is on record, whose body is as it was before any chunking. */
function requestBytes({ method, target, headers, body }: Delivery): Buffer {
  return http.write({ method, target, headers, body });
}

/** Into a pipe or a file byte for byte; on a terminal escaped, since a body may hold anything. */
function writeBytes(bytes: Uint8Array, context: Context): void {
  if (context.stdout.isTTY !== true) context.stdout.write(bytes);
  else context.stdout.write(`${safeLines(Buffer.from(bytes).toString("utf8").replaceAll("\r\n", "\n"))}\n`);
}
