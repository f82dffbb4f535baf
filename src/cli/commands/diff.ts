import { Command, Option } from "commander";
import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { differencesBetween } from "../difference.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { usage } from "../requests/request-options.ts";
import { findProject } from "../settings/project.ts";
import { diffJson, diffText, type Comparison } from "../views/diff.ts";
import { styleFor } from "../views/style.ts";

interface DiffFlags extends CommonFlags {
  ignore: string[];
}

/** Other in every delivery: when, which call, and what follows from the body's bytes. */
const volatile = ["timestamp", "call_id", "date", "content-length", "x-telepath-signature"];

export function diffCommand(context: Context): Command {
  return commonOptions(new Command("diff"))
    .summary("two deliveries, compared by meaning")
    .description(
      "Compares method, target, headers and body of two deliveries. JSON is compared by meaning: order, spacing and " +
        "spelling do not matter, every digit does. Exit code 1 when they differ.",
    )
    .argument("<first>", "4 or more characters of the start or end of an id, last, or last-failed")
    .argument("[second]", "the other one; when left out, the first is a replay and compared with its original")
    .addOption(
      new Option("--ignore <names>", "members and headers to leave out, with commas; '' leaves nothing out")
        .argParser((names) =>
          names
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean),
        )
        .default(volatile, volatile.join(", ")),
    )
    .addHelpText("after", examples)
    .action((first: string, second: string | undefined, flags: DiffFlags) => diffAction(first, second, flags, context));
}

const examples = `
Examples:
  telepath-hooks diff last-failed last  what is other about the one that failed
  telepath-hooks diff 7Q2M9X 8K1N4B --ignore timestamp,call_id,metrics
  telepath-hooks diff last              a replay and its original
`;

async function diffAction(
  first: string,
  second: string | undefined,
  flags: DiffFlags,
  context: Context,
): Promise<void> {
  const project = findProject(context, flags);
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  try {
    const [one, other] = pairOf(history, first, second);
    // Names of headers have no case; a member's name is itself in any case.
    const ignored = new Set(flags.ignore.flatMap((name) => [name, name.toLowerCase()]));
    const differences = differencesBetween(one, other, ignored);
    const comparison: Comparison = { first: one, second: other, ignored: flags.ignore, differences };
    if (flags.json) for (const object of diffJson(comparison)) writeJson(context, object);
    else context.stdout.write(diffText(comparison, styleFor(context.stdout, context, flags)));
    if (differences.length > 0) context.exitCode = exitCodes.no;
  } finally {
    await history.close();
  }
}

/** @throws TelepathError `USAGE` when one is named and it repeats none; `UNKNOWN_DELIVERY`, `AMBIGUOUS_DELIVERY` */
function pairOf(history: History, first: string, second: string | undefined): [Delivery, Delivery] {
  const named = history.get(first);
  if (second !== undefined) return [named, history.get(second)];
  if (named.replayOf === null) {
    throw usage(`${named.id} is no replay, so there is nothing to compare it with`, "name a second delivery");
  }
  return [history.get(named.replayOf), named];
}
