import { Chalk, type ChalkInstance } from "chalk";
import type { Context, Output } from "../context.ts";

/**
 * Colours by meaning. Only the terminal's own sixteen are used: whoever chose a light or a dark theme chose these to be
 * legible on it. Nothing is said by colour alone.
 */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  strong(text: string): string;
  /** For what is there to be found, not to be read first. */
  faint(text: string): string;
  accent(text: string): string;
  /** How wide the terminal is now; undefined when there is none, and lines are as long as they are. */
  readonly columns: number | undefined;
}

/** The style for one stream: `--color`/`--no-color`, then `NO_COLOR`, then `FORCE_COLOR`, else colour on terminals. */
export function styleFor(output: Output, context: Pick<Context, "env">, flags: { color?: boolean }): Style {
  const chalk = new Chalk({ level: wantsColor(output, context.env, flags.color) ? 1 : 0 });
  return meanings(chalk, output);
}

function meanings(chalk: ChalkInstance, output: Output): Style {
  return {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    strong: chalk.bold,
    faint: chalk.dim,
    accent: chalk.cyan,
    get columns() {
      return output.isTTY === true ? output.columns : undefined;
    },
  };
}

/** https://no-color.org: any value but the empty one turns colour off. */
function wantsColor(output: Output, env: Context["env"], flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return output.isTTY === true && env["TERM"] !== "dumb";
}
