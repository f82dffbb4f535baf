import { Option, type Command } from "commander";
import { retryDelaysMs } from "../../contract/limits.ts";
import type { RetryPlan } from "../../model/retry.ts";
import * as parse from "../values.ts";
import type { RequestFlags } from "./request-options.ts";

/** The flags that make failed deliveries be tried again. */
export interface RetryFlags {
  retry?: boolean;
  retrySchedule?: readonly number[];
  speed?: number;
}

export function retryOptions(command: Command, sped: string): Command {
  return command
    .addOption(new Option("--retry", "try again what fails, as Telepath: after 5s, 30s, 5m, 30m and 2h"))
    .addOption(
      new Option(
        "--retry-schedule <durations>",
        "the same with other times, each after the failed attempt before: 1s,10s,1m",
      ).argParser(parse.schedule),
    )
    .addOption(
      new Option("--speed <n>", `how much faster than in life ${sped}: 10x, or max (default: 1x)`).argParser(
        parse.speed,
      ),
    );
}

/** How deliveries go on after an attempt that failed; null when they do not. */
export function retryPlan(flags: RequestFlags & RetryFlags): Omit<RetryPlan, "origin"> | null {
  if (!retries(flags)) return null;
  const { speed = 1, retrySchedule = retryDelaysMs, timeout, expect } = flags;
  return { delaysMs: retrySchedule, scale: 1 / speed, timeoutMs: timeout, expected: expect };
}

/** True when failed deliveries are tried again: a schedule says so, too. */
export function retries({ retry, retrySchedule }: RetryFlags): boolean {
  return retry === true || retrySchedule !== undefined;
}
