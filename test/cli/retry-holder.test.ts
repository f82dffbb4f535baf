import { describe, expect, it } from "vitest";
import { elsewhere, isAtWork, newHolder } from "../../src/cli/requests/retry-holder.ts";
import { processMark } from "../../src/listen/process-mark.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
const [pid, mark, since, run, space, host] = newHolder(now).split(" ") as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const holder = (...parts: string[]): string => parts.join(" ");
const atWork = (holder_: string, lastDueAt = now): boolean => isAtWork({ holder: holder_, lastDueAt }, now);

describe("who is to make the attempts", () => {
  it("is at work as long as its process is", () => {
    expect(atWork(newHolder(now))).toBe(true);
    expect(atWork(newHolder(now), now - 10 * hour)).toBe(true);
    expect(atWork("")).toBe(false);
    expect(elsewhere(newHolder(now))).toBeNull();
  });

  it("is at work when an earlier version wrote its name", () => {
    expect(atWork(holder(pid, mark, since, run))).toBe(true);
  });

  it.runIf(processMark(process.pid))(
    "has ended when its number is another process's, or the machine was restarted",
    () => {
      expect(atWork(holder(pid, `${mark}1`, since, run, space, host), now + hour)).toBe(false);
      expect(atWork(holder(pid, `other/${mark.split("/")[1]}`, since, run, "pid:[1]", host), now + hour)).toBe(false);
    },
  );

  it.runIf(space)("cannot be seen from another PID namespace, and is believed until its times are long past", () => {
    const inContainer = holder("1", mark, since, run, "pid:[1]", host);
    expect(elsewhere(inContainer)).toBe(decodeURIComponent(host));
    expect(atWork(inContainer, now + 2 * hour)).toBe(true);
    expect(atWork(inContainer, now - 60_000)).toBe(true);
    expect(atWork(inContainer, now - hour)).toBe(false);
  });

  it("cannot be seen from another machine either", () => {
    const onAnother = holder(pid, "", since, run, "", "another%20one");
    expect(elsewhere(onAnother)).toBe("another one");
    expect(atWork(onAnother, now + hour)).toBe(true);
    expect(atWork(onAnother, now - hour)).toBe(false);
  });
});
