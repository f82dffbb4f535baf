import { Command, Option } from "commander";
import type { Delivery } from "../../model/delivery.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { filterOf, filterOptions, type FilterFlags } from "../filters.ts";
import { waitForDeliveries } from "../follow.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { findProject } from "../settings/project.ts";
import * as parse from "../values.ts";
import { deliveryJson, deliveryLines } from "../views/delivery.ts";
import { styleFor } from "../views/style.ts";
import { createPassed, waitJson, waitNotes, type Waited } from "../views/wait.ts";

interface WaitFlags extends CommonFlags, FilterFlags {
  timeout: number;
  count: number;
}

export function waitCommand(context: Context): Command {
  return commonOptions(filterOptions(new Command("wait"), context))
    .summary("block until a delivery matches (for CI)")
    .description(
      "Waits until a delivery that matches is on record and settled, prints it, and exits 0; 1 when none came in " +
        "time. Only what arrives after it started counts, unless --since reaches further back.",
    )
    .addOption(new Option("--timeout <duration>", "how long to wait").argParser(parse.timeout).default(30_000, "30s"))
    .addOption(new Option("--count <n>", "how many it takes").argParser(parse.positiveNumber).default(1))
    .addHelpText("after", examples)
    .action((flags: WaitFlags) => waitAction(flags, context));
}

const examples = `
Examples:
  telepath-hooks wait --event call.ended --where 'duration_seconds>0'
  telepath-hooks wait --count 5 --outcome delivered --json

In a script, what was triggered may arrive before wait has started; --since
takes in what came shortly before:
  telepath-hooks listen --port 3000 > listen.log &
  npm run place-a-call
  telepath-hooks wait --event call.ended --since 1m --timeout 2m
`;

async function waitAction(flags: WaitFlags, context: Context): Promise<void> {
  const filter = { since: context.now(), ...filterOf(flags) };
  const project = findProject(context, flags);
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  const started = performance.now();
  const deadline = deadlineOf(flags.timeout, context.interrupted);
  const style = styleFor(context.stdout, context, flags);
  const passed = createPassed();
  let arrived = 0;
  const show = (delivery: Delivery): void => {
    arrived += 1;
    if (flags.json) writeJson(context, deliveryJson(delivery));
    else context.stdout.write(deliveryLines(delivery, style, { arrow: true }));
  };
  try {
    const came = await waitForDeliveries(history, { filter, count: flags.count }, show, passed.add, deadline.signal);
    const waited: Waited = { arrived, wanted: flags.count, durationMs: performance.now() - started };
    conclude(came, waited, passed.text(), flags, context);
  } finally {
    deadline.clear();
    await history.close();
  }
}

/**
 * Aborts after a time or when interrupted. By hand, since Node 20 collects an `AbortSignal.timeout` that only an
 * `AbortSignal.any` refers to, and then nothing ever ends.
 */
function deadlineOf(milliseconds: number, interrupted: AbortSignal): { signal: AbortSignal; clear: () => void } {
  const deadline = new AbortController();
  const end = (): void => deadline.abort();
  const timer = setTimeout(end, milliseconds);
  if (interrupted.aborted) end();
  interrupted.addEventListener("abort", end, { once: true });
  return { signal: deadline.signal, clear: () => clearTimeout(timer) };
}

function conclude(came: boolean, waited: Waited, passed: string, flags: WaitFlags, context: Context): void {
  if (!came && context.interrupted.aborted) {
    context.exitCode = exitCodes.interrupted;
    return;
  }
  if (!came) {
    context.exitCode = exitCodes.no;
    context.stderr.write(waitNotes(waited, passed));
  }
  if (flags.json) writeJson(context, waitJson(waited));
}
