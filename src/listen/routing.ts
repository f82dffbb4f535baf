import { matchesGlob } from "../history/glob.ts";
import type { SignatureVerdict } from "../model/delivery.ts";
import { plainAnswer, type Answer } from "./answer.ts";
import type { ForwardTarget } from "./forward-target.ts";
import type { Received } from "./receiver.ts";

/** Which request goes where. */
export interface RoutingSettings {
  /** Answer 401 in place of the app when a signature is not valid. */
  requireSignature: boolean;
  /** Globs of the event types that are forwarded; empty means all requests. Others are kept and answered 200. */
  events: readonly string[];
  /** Apps for some event types; the first that matches gets the request. */
  routes: readonly EventRoute[];
  /** Where all others go: to the app, or nowhere and this is the answer. */
  destination: { app: ForwardTarget } | { respond: Answer };
}

export interface EventRoute {
  /** Globs, any of which will do. */
  events: readonly string[];
  app: ForwardTarget;
}

/** Where a request goes from here: back with an answer of ours, or to an app. */
export type Route = { answer: Answer } | { app: ForwardTarget };

/** @param event the type its payload names */
export function routeOf(
  { bodyState }: Received,
  event: string | null,
  verdict: SignatureVerdict,
  settings: RoutingSettings,
): Route {
  const { requireSignature, events } = settings;
  if (bodyState === "too-large") return refused(413, "body-too-large", "the body is over the limit");
  if (bodyState === "incomplete") return refused(400, "body-incomplete", "the body did not come whole");
  if (requireSignature && verdict !== "valid") {
    return refused(401, `signature-${verdict}`, "a valid signature is required");
  }
  if (events.length > 0 && !isOneOf(events, event)) return { answer: taken };
  const to = destinationOf(event, settings);
  return "app" in to ? to : { answer: to.respond };
}

/** Where requests of this type go when nothing is wrong with them: to an app, or nowhere and this is the answer. */
export function destinationOf(
  event: string | null,
  { routes, destination }: Pick<RoutingSettings, "routes" | "destination">,
): RoutingSettings["destination"] {
  const route = routes.find((candidate) => isOneOf(candidate.events, event));
  return route ? { app: route.app } : destination;
}

/** Every app a request can go to. */
export function appsOf({ routes, destination }: Pick<RoutingSettings, "routes" | "destination">): ForwardTarget[] {
  return [...routes.map(({ app }) => app), ...("app" in destination ? [destination.app] : [])];
}

function isOneOf(globs: readonly string[], event: string | null): boolean {
  return event !== null && globs.some((glob) => matchesGlob(glob, event));
}

function refused(status: number, code: string, text: string): Route {
  return { answer: plainAnswer(status, code, text) };
}

const taken = plainAnswer(200, "kept", "kept, and not forwarded: another event type was asked for");
