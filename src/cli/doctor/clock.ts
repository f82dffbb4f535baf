import { durationText } from "../views/text.ts";
import { ok, problem, warning, type Found } from "./finding.ts";
import type { Check, Subject } from "./subject.ts";

/**
 * What can be said of a clock without asking another: whether its time is possible at all, and whether it went back
 * since the newest delivery. `--tunnel` compares it with the time of ngrok's answer.
 */
export const clock: Check = {
  name: "clock",
  async run(subject) {
    const now = subject.context.now();
    if (now < earliest) {
      return [problem(`it is ${dateText(now)} by this machine's clock: no certificate holds then`, setClock)];
    }
    const ahead = (await newestDelivery(subject)) - now;
    if (ahead <= tolerated) return [ok(`${dateText(now)}; nothing on record is later`)];
    return [
      warning(
        `the newest delivery was made ${durationText(ahead)} from now: the clock went back, and log --since may miss it`,
        setClock,
      ),
    ];
  },
};

/** When this was written: no clock that is right shows less. */
const earliest = Date.UTC(2025, 0, 1);
/** Processes on one machine may differ by this much while the clock is being set, in milliseconds. */
const tolerated = 5000;
const setClock = "set it, and switch on time synchronisation (timedatectl set-ntp true)";

/** A history that cannot be looked at has a check of its own. */
async function newestDelivery(subject: Subject): Promise<number> {
  const examined = await subject.history().catch(() => null);
  return examined?.newest ?? -Infinity;
}

/**
 * How this clock compares with another's.
 *
 * @param theirs the other's time; to the second, so that a second's difference says nothing
 * @param ours this one's at that moment, give or take `uncertainMs`
 */
export function clockFinding(theirs: number, ours: number, uncertainMs: number): Found {
  const off = ours - theirs;
  if (Math.abs(off) <= 2000 + uncertainMs) return ok("this machine's clock agrees with the answer's Date");
  const direction = off > 0 ? "ahead of" : "behind";
  const message = `this machine's clock is ${durationText(Math.abs(off))} ${direction} the Date of the answer`;
  return Math.abs(off) > 60_000 ? problem(message, setClock) : warning(message, setClock);
}

function dateText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
