import { Option, type Command } from "commander";
import { answerTimeoutMs } from "../../contract/limits.ts";
import { anySuccess, parseExpectation } from "../../delivery/expectation.ts";
import { dumpExports } from "../../dumps/exports/index.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import type { TargetFlags } from "../settings/default-target.ts";
import * as parse from "../values.ts";
import type { CommonFlags } from "../options.ts";
import { setting } from "../settings/setting.ts";

/** What `send` and `replay` take alike: where requests go, how, and how many at once. */
export interface RequestFlags extends CommonFlags, TargetFlags {
  header?: Header[];
  timeout: number;
  concurrency: number;
  /** How many begin in a second. */
  rate?: number;
  expect: string;
  dryRun?: boolean;
  as?: string;
  /** `--no-history` */
  history: boolean;
}

export function requestOptions(command: Command): Command {
  return command
    .addOption(new Option("--to <url>", setting("to", "where to send")))
    .addOption(
      new Option("--port <n>", setting("port", "local port to send to, instead of --to")).argParser(parse.port),
    )
    .addOption(new Option("--header <name: value>", "add or replace a header (repeatable)").argParser(parse.header))
    .addOption(
      new Option("--timeout <duration>", "for the whole answer")
        .argParser(parse.timeout)
        .default(answerTimeoutMs, "30s, as Telepath"),
    )
    .addOption(
      new Option("--concurrency <n>", "how many are under way at once; of what is tried again up to 100 more")
        .argParser(parse.positiveNumber)
        .default(1, "1, which keeps the order"),
    )
    .addOption(
      new Option(
        "--rate <n/s>",
        "how many attempts begin in a second, spread evenly, of a scenario calls: 50/s, 300/m",
      ).argParser(parse.rate),
    )
    .addOption(new Option("--expect <statuses>", "what counts as yes: 2xx, 401, 2xx,409").default(anySuccess))
    .addOption(new Option("--dry-run", "print the request; send and record nothing"))
    .addOption(
      new Option("--as <form>", "how --dry-run prints it (default: http)").choices(dumpExports.map(({ name }) => name)),
    )
    .addOption(new Option("--no-history", "keep no record"));
}

const mostConcurrent = 1000;

/** @throws TelepathError `USAGE` for what is out of range, contradicts itself, or would have no effect. */
export function checkRequestFlags(flags: RequestFlags): void {
  parseExpectation(flags.expect);
  if (flags.to !== undefined && flags.port !== undefined) {
    throw usage("--port and --to both say where to send", "give one of them");
  }
  if (flags.concurrency > mostConcurrent) {
    throw usage(`--concurrency must be at most ${mostConcurrent}`, "Telepath itself has up to 100 under way");
  }
  if (flags.as !== undefined && !flags.dryRun) throw usage("--as says how --dry-run prints", "add --dry-run");
  if (flags.json && flags.dryRun && (flags.as ?? "json") !== "json") {
    throw usage(`--json and --as ${flags.as} print different things`, "leave one of them out");
  }
}

export function usage(message: string, hint: string): TelepathError {
  return new TelepathError("USAGE", message, hint);
}
