import { jsonLines, run, type Ran, type Surroundings } from "./run.ts";

export const secret = "whsec_a secret nobody may see";

/** Runs `listen` until the work is done, then presses Ctrl-C. */
export async function listenWhile(
  argv: string[],
  around: Surroundings,
  work: (port: number, seen: (text: string) => Promise<void>) => Promise<unknown>,
): Promise<Ran> {
  const interruption = new AbortController();
  const waiting = new Set<() => void>();
  let stdout = "";
  const ran = run(["listen", "--tunnel", "none", "--json", ...argv], {
    env: { TELEPATH_WEBHOOK_SECRET: secret, HOME: "/nonexistent" },
    ...around,
    interrupted: interruption.signal,
    onStdout: (text) => {
      stdout += text;
      waiting.forEach((check) => check());
    },
  });
  const seen = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => void (stdout.includes(text) && resolve());
      waiting.add(check);
      check();
    });
  await Promise.race([seen('"type":"ready"'), ran]);
  const ready = jsonLines<{ type: string; localUrl: string }>(stdout).find(({ type }) => type === "ready");
  if (ready) await work(Number(new URL(ready.localUrl).port), seen);
  interruption.abort();
  return await ran;
}
