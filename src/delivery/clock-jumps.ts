import { uptime } from "node:os";

/** The clocks of a machine, all in milliseconds. */
export interface Clocks {
  /** Since the epoch: whoever owns the machine, or a time server, sets it. */
  wall: () => number;
  /** Only goes forward; while the machine sleeps it stands still on some systems (Linux), and goes on on others. */
  running: () => number;
  /** Goes forward while the machine sleeps, too (CLOCK_BOOTTIME), in steps of up to a second. */
  sinceStart: () => number;
}

/** Tells a clock that was set from a machine that slept. */
export interface ClockJumps {
  /** By how many milliseconds the clock on the wall was set forward since this was asked last; 0 for a sleep. */
  setBy(): number;
}

/** What is less is a clock that is being adjusted, or the steps in which one goes. */
const leastMs = 1000;
const stepsMs = 2000;

/** @param wall milliseconds since the epoch */
export function createClockJumps(wall: () => number, others: Partial<Omit<Clocks, "wall">> = {}): ClockJumps {
  const { running = () => performance.now(), sinceStart = () => uptime() * 1000 } = others;
  let ahead = wall() - running();
  let asleep = sinceStart() - running();
  return {
    setBy() {
      const jump = wall() - running() - ahead;
      if (Math.abs(jump) < leastMs) return 0;
      const slept = sinceStart() - running() - asleep;
      ahead += jump;
      asleep += slept;
      if (slept >= leastMs && Math.abs(jump - slept) < stepsMs) return 0;
      return slept < stepsMs ? jump : jump - slept;
    },
  };
}
