import { Option, type Command } from "commander";
import { parseOverride, type Override, type OverrideFlag } from "../../fixtures/overrides.ts";

/** The options that change a payload. All three hold one list, in the order of the command line. */
export interface OverrideFlags {
  set?: Override[];
  setJson?: Override[];
  unset?: Override[];
}

/** Adds `--set`, `--set-json` and `--unset`. */
export function overrideOptions(command: Command): Command {
  const overrides: Override[] = [];
  const taking = (flag: OverrideFlag) => (argument: string) => {
    overrides.push(parseOverride(flag, argument));
    return overrides;
  };
  return command
    .addOption(
      new Option("--set <path=value>", "change a member, as in metrics.ai_latency_ms=900 (repeatable)").argParser(
        taking("--set"),
      ),
    )
    .addOption(
      new Option("--set-json <path=json>", "the same with any JSON value (repeatable)").argParser(taking("--set-json")),
    )
    .addOption(new Option("--unset <path>", "take a member out (repeatable)").argParser(taking("--unset")));
}

/** What was given, in order. */
export function overridesOf(flags: OverrideFlags): readonly Override[] {
  return flags.set ?? flags.setJson ?? flags.unset ?? [];
}
