import { InvalidArgumentError } from "commander";
import type { Retention } from "../history/store.ts";
import { isFraming } from "../listen/headers.ts";
import { headerValues, type Header } from "../model/http.ts";

/** Gathers a repeatable option. */
export function collected(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError(`"${value}" is not a whole number.`);
  return Number(value);
}

export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError("it must be 1 or more.");
  return number;
}

export function port(value: string): number {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > 65_535) throw new InvalidArgumentError(`"${value}" is not a port from 1 to 65535.`);
  return number;
}

/** A status an HTTP server can answer with at last: 200 to 599. */
export function httpStatus(value: string): number {
  const number = /^\d{3}$/.test(value) ? Number(value) : 0;
  if (number < 200 || number > 599) throw new InvalidArgumentError(`"${value}" is not a status from 200 to 599.`);
  return number;
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `5s`, `2m`, `1h`, `30d` in milliseconds. */
export function duration(value: string): number {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(value) ?? [];
  if (!number || !unit) throw new InvalidArgumentError(`"${value}" is not a duration such as 500ms, 5s, 2m or 1h.`);
  return Number(number) * unitMs[unit]!;
}

/** A duration a request may take: more than none, and at most a day, since timers overflow beyond 24 of them. */
export function timeout(value: string): number {
  const milliseconds = duration(value);
  if (milliseconds <= 0 || milliseconds > 24 * unitMs["h"]!) {
    throw new InvalidArgumentError("it must be more than 0 and at most 24h.");
  }
  return milliseconds;
}

/** Some durations with commas, each a month at most: `5s,30s,5m`. */
export function schedule(value: string): number[] {
  const durations = value.split(",").map((part) => duration(part.trim()));
  if (durations.some((milliseconds) => milliseconds > 30 * unitMs["d"]!)) {
    throw new InvalidArgumentError("each must be at most 30d.");
  }
  if (durations.length > 100) throw new InvalidArgumentError("it has more than 100 durations.");
  return durations;
}

/** `50/s`, `300/m`, `1000/h`: how many in a second. */
export function rate(value: string): number {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,3})?)\/([smh])$/.exec(value) ?? [];
  if (!number || !unit || Number(number) <= 0) {
    throw new InvalidArgumentError(`"${value}" is not a rate such as 50/s, 300/m or 1000/h.`);
  }
  return (Number(number) / unitMs[unit]!) * 1000;
}

/** `10x` is ten times faster than in life, `0.5x` half as fast, `max` without any waiting: `Infinity`. */
export function speed(value: string): number {
  if (value === "max") return Number.POSITIVE_INFINITY;
  const [, number] = /^(\d{1,6}(?:\.\d{1,3})?)x$/.exec(value) ?? [];
  if (!number || Number(number) <= 0) throw new InvalidArgumentError(`"${value}" is not a speed such as 10x or max.`);
  return Number(number);
}

const unitBytes: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** `64kb`, `10mb` in bytes. */
export function size(value: string): number {
  const [, number, unit = "b"] = /^(\d{1,12}(?:\.\d{1,3})?)(b|kb|mb|gb)?$/.exec(value.toLowerCase()) ?? [];
  if (!number) throw new InvalidArgumentError(`"${value}" is not a size such as 64kb or 10mb.`);
  return Math.floor(Number(number) * unitBytes[unit]!);
}

/** A size a body may have; the database takes no value over 1 GB. */
export function bodySize(value: string): number {
  const bytes = size(value);
  if (bytes <= 0 || bytes > 512 * unitBytes["mb"]!) {
    throw new InvalidArgumentError("it must be more than 0 and at most 512mb.");
  }
  return bytes;
}

/** How much history to keep: an age, a size, or both with a comma: `7d`, `500mb`, `7d,500mb`. */
export function keep(value: string): Partial<Retention> {
  const parts = value.split(",").map((part) => part.trim());
  return Object.assign(
    {},
    ...parts.map((part) => (/b$/i.test(part) ? { maxBytes: size(part) } : { maxAgeMs: duration(part) })),
  );
}

/**
 * `Name: value`, checked against RFC 9110 §5.1 and §5.5: a header that could smuggle another one in is refused, and so
 * is one that frames the message. The value may be a credential, so what was typed is not repeated.
 */
export function header(value: string, earlier: Header[] | undefined): Header[] {
  const [, name, content] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*)$/s.exec(value) ?? [];
  const bytes = Buffer.from(content ?? "", "utf8").toString("latin1");
  if (name === undefined || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(bytes)) {
    throw new InvalidArgumentError('expected a header such as "X-Name: value".');
  }
  if (isFraming(name)) throw new InvalidArgumentError(`${name} cannot be set: it belongs to the connection.`);
  const headers: Header[] = [...(earlier ?? []), [name, bytes.trim()]];
  if (headerValues(headers, "host").length > 1) throw new InvalidArgumentError("there can be only one Host.");
  return headers;
}

/** A time: a duration ago, or ISO 8601; milliseconds since the epoch. */
export function timeBefore(now: number): (value: string) => number {
  return (value) => {
    if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(value)) return now - duration(value);
    const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(time)) throw new InvalidArgumentError(`"${value}" is neither a duration ago (1h) nor ISO 8601.`);
    return time;
  };
}

/** An absolute http or https URL without credentials: it is going to be printed. */
export function httpUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(value)) {
    throw new InvalidArgumentError(
      `"${withoutCredentials(value)}" is not a URL such as http://localhost:3000/webhooks.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new InvalidArgumentError(`the URL of ${url.host} must not carry a user name or password.`);
  }
  return url;
}

function withoutCredentials(value: string): string {
  return value.replace(/^(.*\/\/)?.*@/s, "$1");
}
