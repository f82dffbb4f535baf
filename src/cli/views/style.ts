import { Chalk, type ChalkInstance } from "chalk";
import type { Context, Output } from "../context.ts";

/** Colours by meaning. Nothing is said by colour alone. */
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

/**
 * The colours of a terminal that has 256: mid-tones, since not every terminal says what its background is. Each has a
 * contrast of 3 (WCAG 2.2, 1.4.11) within a tenth to white, to black, and to the backgrounds of the usual themes. None
 * of the sixteen that themes choose has: yellow on the white of xterm has 1.7, what is dim 2.4 on Solarized Light.
 */
export const midTones = { good: 64, bad: 196, warn: 136, accent: 32, faint: 244 } as const;

/** The style for one stream: `--color`/`--no-color`, then `NO_COLOR`, then `FORCE_COLOR`, else colour on terminals. */
export function styleFor(output: Output, context: Pick<Context, "env">, flags: { color?: boolean }): Style {
  if (!wantsColor(output, context.env, flags.color)) return styleOf(colours(new Chalk({ level: 0 })), output);
  return styleOf(
    has256Colours(context.env) ? midToned(new Chalk({ level: 2 })) : colours(new Chalk({ level: 1 })),
    output,
  );
}

type Colours = Record<"good" | "bad" | "warn" | "strong" | "faint" | "accent", ChalkInstance>;

function midToned(chalk: ChalkInstance): Colours {
  const { good, bad, warn, accent, faint } = midTones;
  return {
    good: chalk.ansi256(good),
    bad: chalk.ansi256(bad),
    warn: chalk.ansi256(warn),
    strong: chalk.bold,
    faint: chalk.ansi256(faint),
    accent: chalk.ansi256(accent),
  };
}

/** Those of the sixteen that come nearest: bright red and bright magenta have a contrast of 3 nearly everywhere. */
function colours(chalk: ChalkInstance): Colours {
  return {
    good: chalk.green,
    bad: chalk.redBright,
    warn: chalk.magentaBright,
    strong: chalk.bold,
    faint: chalk.dim,
    accent: chalk.bold,
  };
}

function styleOf(colours: Colours, output: Output): Style {
  return {
    ...colours,
    get columns() {
      return output.isTTY === true ? output.columns : undefined;
    },
  };
}

/** As the terminals say that have more than sixteen: nearly all, the console of Linux and old serial ones not. */
function has256Colours({ TERM = "", COLORTERM = "", WT_SESSION = "" }: Context["env"]): boolean {
  return COLORTERM !== "" || WT_SESSION !== "" || /256color|^(xterm|tmux|alacritty|foot)/.test(TERM);
}

/** https://no-color.org: any value but the empty one turns colour off. */
function wantsColor(output: Output, env: Context["env"], flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return output.isTTY === true && env["TERM"] !== "dumb";
}
