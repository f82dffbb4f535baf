import type { Draft } from "../../delivery/deliver.ts";
import { checkRequest } from "../../delivery/head.ts";
import { parseTarget, type Target } from "../../delivery/target.ts";
import { applyOverrides, type Override } from "../../fixtures/overrides.ts";
import { runningListeners } from "../../listen/announcement.ts";
import { forwardTarget, prefixedTarget } from "../../listen/forward-target.ts";
import { forwardedHeaders } from "../../listen/headers.ts";
import { TelepathError } from "../../model/errors.ts";
import { eventHead } from "../../model/event.ts";
import { withHeader, type HeaderList } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import { signatureRecord } from "../../signatures/record.ts";
import { signature, signatureHeader } from "../../signatures/sign.ts";
import { defaultTarget, localApp, type DefaultTarget, type TargetFlags } from "../settings/default-target.ts";
import type { Project } from "../settings/project.ts";
import type { Original } from "./replay-originals.ts";

/** What is to be other than in the original. */
export interface ReplayTerms {
  overrides: readonly Override[];
  /** Takes the body's place. */
  data: Buffer | null;
  /** Signs anew; null leaves the signature as it was. */
  resign: Secret | null;
  /** Replace those of their name, or are added. */
  headers: HeaderList;
  /** What the signature is judged with for the record. */
  secrets: readonly Secret[];
  targetOf: TargetOf;
}

/** A draft that knows what it repeats. */
export interface ReplayDraft extends Draft {
  original: Original;
}

/**
 * An original as it is to be sent: the same method, headers and bytes but for `terms`, the `Host` of the new target, and
 * the framing, which is ours.
 *
 * @throws TelepathError `NOT_WHOLE` for bytes that are not those that were sent, unless they are signed anew; what
 *   `applyOverrides` throws
 */
export function replayDraft(original: Original, terms: ReplayTerms): ReplayDraft {
  checkWhole(original, terms);
  const target = terms.targetOf(original);
  const given = terms.data ?? original.body;
  const body =
    terms.overrides.length > 0 ? applyOverrides(given, terms.overrides, `the body of ${original.name}`) : given;
  const signed = terms.resign
    ? withHeader(original.headers, signatureHeader, signature(body, terms.resign))
    : original.headers;
  const headers = forwardedHeaders(signed, target.host, terms.headers);
  const { event, callId } = body === original.body ? original : eventHead(body);
  const secrets = terms.resign ? [terms.resign, ...terms.secrets] : terms.secrets;
  const draft: ReplayDraft = {
    original,
    origin: target.origin,
    host: target.host,
    target: target.target,
    source: "replay",
    method: original.method,
    headers,
    body,
    event,
    callId,
    signature: signatureRecord(body, headers, secrets),
    replayOf: original.delivery?.id ?? null,
  };
  checkRequest(draft);
  return draft;
}

function checkWhole({ name, lossy, delivery }: Original, { resign, data }: ReplayTerms): void {
  if (lossy === null || data !== null) return;
  // A body cut on its way in is no payload at all, whoever signs it.
  const isLikeness = delivery === null || delivery.bodyState === "inexact";
  if (resign !== null && isLikeness) return;
  throw new TelepathError(
    "NOT_WHOLE",
    `${name} cannot be replayed as it was: ${lossy}`,
    isLikeness
      ? "--resign sends what is there and signs it anew; --data gives another body"
      : "--data gives another body",
  );
}

/** Where an original goes. */
export type TargetOf = (original: Original) => Target;

/**
 * `--to` or `--port`, with the original's path unless the URL has one. By default what was sent goes where it went;
 * what was received goes to what a running `listen` forwards to, else where it was forwarded last, else, as does a
 * dump, to the default target of `send`.
 *
 * @param announce told once for each place nobody named, and why there
 */
export function targetRule(
  flags: TargetFlags,
  project: Project,
  announce: (url: string, because: string) => void,
): TargetOf {
  if (flags.to !== undefined) {
    const to = parseTarget(flags.to);
    return to.target === "/" ? ({ target }) => ({ ...to, target }) : () => to;
  }
  const { path } = project.config;
  if (flags.port !== undefined) {
    const app = forwardTarget(localApp(flags.port), path);
    return (original) => ({
      ...app,
      target: wasSent(original) ? original.target : prefixedTarget(app.prefix, original.target),
    });
  }
  const unnamed = unnamedTarget(project);
  const announced = new Set<string>();
  return (original) => {
    const { because, ...target } = unnamed(original);
    if (!announced.has(target.origin)) announce(target.origin, because);
    announced.add(target.origin);
    return target;
  };
}

function unnamedTarget(project: Project): (original: Original) => DefaultTarget {
  const isListening = runningListeners(project.dataDir).some(({ forwardTo }) => forwardTo !== null);
  const usual = defaultTarget(project);
  const prefix = usual.target === "/" ? "" : usual.target;
  return (original) => {
    const before = original.delivery?.attempts.at(-1)?.url;
    if (before !== undefined && (wasSent(original) || !isListening)) {
      return { ...placeOf(before), because: "where it went before" };
    }
    return { ...usual, target: wasSent(original) ? original.target : prefixedTarget(prefix, original.target) };
  };
}

/** Its target is the app's own, and not that of the public URL. */
function wasSent({ delivery }: Original): boolean {
  return delivery?.source === "send" || delivery?.source === "replay";
}

/** An attempt's URL is origin and target, one after the other. */
function placeOf(url: string): Target {
  const { origin, host } = new URL(url);
  return { origin, host, target: url.slice(origin.length) || "/" };
}
