import type { Delivery, Outcome, SignatureVerdict, Source } from "../model/delivery.ts";
import { TelepathError } from "../model/errors.ts";
import { matchesGlob } from "./glob.ts";

/** Which deliveries are meant. What is left out does not matter; all that is given must hold. */
export interface Filter {
  /** Event types as globs, any of which will do: `call.*`. Aliases are resolved before. */
  event?: string | readonly string[];
  callId?: string;
  outcome?: Outcome;
  signature?: SignatureVerdict;
  source?: Source;
  /** Milliseconds since the epoch, inclusive. */
  since?: number;
  until?: number;
  where?: Condition[];
  limit?: number;
}

/** One `--where`: a path into the JSON payload compared with a value. */
export interface Condition {
  /** Members from the root: `metrics.ai_latency_ms` is `["metrics", "ai_latency_ms"]`. */
  path: string[];
  operator: "=" | "!=" | ">" | ">=" | "<" | "<=" | "~";
  /** As typed. Numbers compare as numbers when both sides are; `~` is "contains". */
  value: string;
}

/**
 * Reads a `--where`: a path, one of `= != > >= < <= ~`, a value. Path members are separated by dots, elements of
 * arrays are numbers (`items.0.id`, `items[0].id`), a member with such a character in its name stands in quotes
 * (`["a.b"]`), and a leading `$.` or `.` changes nothing.
 *
 * @throws TelepathError `INVALID_CONDITION`
 */
export function parseCondition(text: string): Condition {
  const path: string[] = [];
  let rest = text.trim().replace(/^\$?(?=[.[])/, "");
  for (;;) {
    const step = STEP.exec(rest);
    if (!step || (path.length > 0 && step.groups!["bare"] !== undefined)) break;
    path.push(memberOf(step.groups!, text));
    rest = rest.slice(step[0].length);
  }
  const comparison = COMPARISON.exec(rest);
  if (path.length === 0 || !comparison) throw invalidCondition(text);
  const [, operator, value] = comparison as unknown as [string, Condition["operator"], string];
  return { path, operator, value };
}

const NAME = String.raw`[^\s.[\]"=!<>~]+`;
const STEP = new RegExp(
  String.raw`^(?:(?<bare>${NAME})|\.(?<name>${NAME})|\[(?<index>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\])`,
);
const COMPARISON = /^\s*(>=|<=|!=|=|>|<|~)\s*(.*)$/s;

function memberOf(groups: Record<string, string | undefined>, text: string): string {
  const { bare, name, index, quoted } = groups;
  if (quoted === undefined) return (bare ?? name ?? index)!;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw invalidCondition(text);
  }
}

function invalidCondition(text: string): TelepathError {
  return new TelepathError(
    "INVALID_CONDITION",
    `"${text}" is no condition: a path, one of = != > >= < <= ~, and a value`,
    "for example --where 'duration_seconds>30' or --where 'metrics.ai_latency_ms<=900'",
  );
}

/** Whether `find` would find a delivery; a `limit` aside. For followers, who have it in hand already. */
export function matches(delivery: Delivery, filter: Filter): boolean {
  const { event, callId, outcome, signature, source, since = -Infinity, until = Infinity, where = [] } = filter;
  return (
    (event === undefined || (delivery.event !== null && matchesAny([event].flat(), delivery.event))) &&
    (callId === undefined || callId === delivery.callId) &&
    (outcome === undefined || outcome === delivery.outcome) &&
    (signature === undefined || signature === delivery.signature.verdict) &&
    (source === undefined || source === delivery.source) &&
    delivery.createdAt >= since &&
    delivery.createdAt <= until &&
    meets(delivery.body, where)
  );
}

function matchesAny(globs: readonly string[], event: string): boolean {
  return globs.some((glob) => matchesGlob(glob, event));
}

/**
 * Whether a payload meets every condition. One that is not JSON meets none. A member that is absent meets `!=` only.
 * Numbers beyond 2^53 compare as the nearest double.
 */
export function meets(payload: Uint8Array, conditions: readonly Condition[]): boolean {
  if (conditions.length === 0) return true;
  let root: unknown;
  try {
    root = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8"));
  } catch {
    return false;
  }
  return conditions.every((condition) => holds(valueAt(root, condition.path), condition));
}

function valueAt(root: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, member) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, member)
        ? (value as Record<string, unknown>)[member]
        : undefined,
    root,
  );
}

function holds(found: unknown, { operator, value }: Condition): boolean {
  if (found === undefined) return operator === "!=";
  const text = typeof found === "string" ? found : JSON.stringify(found);
  if (operator === "~") return text.includes(value);
  // Text of digits is an id more often than a number: "007" is not 7, unless it is asked which is greater.
  const numeric = NUMBER.test(value) && (typeof found === "number" || (/[<>]/.test(operator) && NUMBER.test(text)));
  return numeric ? compares(Number(text), operator, Number(value)) : compares(text, operator, value);
}

/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function compares<T extends string | number>(left: T, operator: Condition["operator"], right: T): boolean {
  switch (operator) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "<":
      return left < right;
    default:
      return left <= right;
  }
}
