import { TelepathError } from "../model/errors.ts";

/** Which statuses count as yes. */
export type Expectation = (status: number) => boolean;

/** What Telepath takes for delivered: any 2xx. */
export const anySuccess = "2xx";

/** The same, of a status. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * `2xx`, `401`, or several of them: `2xx,401`. A bar separates as well as a comma.
 *
 * @throws TelepathError `USAGE`
 */
export function parseExpectation(text: string): Expectation {
  const ranges = text.split(/[,|]/).map((part) => statusRange(part.trim(), text));
  return (status) => ranges.some(([first, last]) => status >= first && status <= last);
}

function statusRange(part: string, text: string): [first: number, last: number] {
  const [, hundreds, rest] = /^([1-5])(\d\d|xx)$/i.exec(part) ?? [];
  if (!hundreds || !rest) {
    throw new TelepathError(
      "USAGE",
      `--expect: "${text}" is not a list of statuses`,
      "for example 2xx, 401 or 2xx,401",
    );
  }
  return /x/i.test(rest) ? [Number(hundreds) * 100, Number(hundreds) * 100 + 99] : [Number(part), Number(part)];
}
