import { InvalidArgumentError } from "commander";
import { httpUrl } from "../values.ts";

/** One `--route`: an event type as a glob, and the URL of its app. */
export interface RouteSetting {
  event: string;
  to: string;
}

/** Gathers `--route 'call.*=http://localhost:3001/calls'`. */
export function route(value: string, earlier: RouteSetting[] | undefined): RouteSetting[] {
  const [, event = "", to = ""] = /^([^=\s]+)=(.+)$/s.exec(value.trim()) ?? [];
  if (event === "") {
    const shown = value.includes("@") ? "what was given" : JSON.stringify(value);
    throw new InvalidArgumentError(`${shown} is not a route such as call.*=http://localhost:3001/calls.`);
  }
  httpUrl(to);
  return [...(earlier ?? []), { event, to }];
}

/** The routes of the configuration, `{"call.*": "http://…"}`, or of the environment: `call.*=http://… call.x=http://…`. */
export function routes(value: unknown): RouteSetting[] {
  const pairs =
    typeof value === "string"
      ? value.trim().split(/\s+/)
      : Object.entries(isObject(value) ? value : never()).map(([event, to]) => `${event}=${String(to)}`);
  return pairs.reduce<RouteSetting[]>((earlier, pair) => route(pair, earlier), []);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function never(): never {
  throw new InvalidArgumentError('expected an object such as {"call.*": "http://localhost:3001/calls"}.');
}
