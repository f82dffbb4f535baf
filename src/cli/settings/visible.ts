import type { Context } from "../context.ts";

/** Every user of a machine can list its processes with their arguments. */
export function warnOfVisible(context: Pick<Context, "stderr">, flag: string, instead: string): void {
  context.stderr.write(`warning: ${flag} can be seen by others on this machine; ${instead} cannot\n`);
}
