import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TelepathEvent } from "../contract/schemas.ts";
import { parseEvent, type UnknownEvent } from "../fixtures/parse.ts";
import { TelepathError } from "../model/errors.ts";
import { verify } from "../signatures/library.ts";
import { serve } from "./serve.ts";

/** A webhook endpoint that does everything right and keeps what it processed. */
export interface TestReceiver {
  readonly url: string;
  /** What was processed so far: each event once, in the order in which it came. */
  readonly events: readonly ReceivedEvent[];
  /**
   * Waits until so many events of a type were processed, those that are there already included.
   *
   * @param type any type when left out
   * @throws TelepathError `NOT_RECEIVED` when they do not come within `timeoutMs` (5 s), saying what came instead
   */
  received(type?: string, options?: { count?: number; timeoutMs?: number }): Promise<ReceivedEvent[]>;
  close(): Promise<void>;
}

export interface ReceivedEvent {
  event: TelepathEvent | UnknownEvent;
  /** The body as it came. */
  payload: Buffer;
}

const largestBody = 10 * 1024 ** 2;

/** Starts a receiver on loopback: verifies the raw body, answers first, processes each event once. */
export async function startReceiver({ secret }: { secret: string }): Promise<TestReceiver> {
  const events: ReceivedEvent[] = [];
  const keys = new Set<string>();
  const waiting = new Set<() => void>();

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = (status: number, text: string): void => void response.writeHead(status).end(`${text}\n`);
    if (request.method !== "POST") return answer(405, "POST only");
    const payload = await bodyOf(request);
    if (payload === null) return answer(413, "too large");
    if (!verify(payload, request.headers["x-telepath-signature"], secret)) return answer(401, "wrong signature");
    const event = eventOf(payload);
    if (event === null) return answer(400, "not an event");
    answer(200, "ok");
    const key = JSON.stringify([event["call_id"], event.event]);
    if (keys.has(key)) return;
    keys.add(key);
    events.push({ event, payload });
    for (const check of waiting) check();
  };
  const served = await serve(
    createServer((request, response) => void take(request, response).catch(() => response.destroy())),
  );

  return {
    url: served.url,
    events,
    received: (type, { count = 1, timeoutMs = 5000 } = {}) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = events.filter(({ event }) => type === undefined || event.event === type);
          if (found.length < count) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(notReceived(type, count, timeoutMs, events));
        }, timeoutMs);
        waiting.add(check);
        check();
      }),
    close: () => served.close(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= largestBody) chunks.push(chunk as Buffer); // read to its end all the same, or no answer gets through
  }
  return bytes <= largestBody ? Buffer.concat(chunks) : null;
}

function eventOf(payload: Buffer): ({ call_id?: unknown } & (TelepathEvent | UnknownEvent)) | null {
  try {
    return parseEvent(payload);
  } catch {
    return null;
  }
}

function notReceived(
  type: string | undefined,
  count: number,
  timeoutMs: number,
  events: readonly ReceivedEvent[],
): TelepathError {
  const wanted = `${count} ${type ?? "event"}${count === 1 ? "" : "s"}`;
  const came = events.map(({ event }) => event.event).join(", ");
  return new TelepathError(
    "NOT_RECEIVED",
    `${wanted} did not come within ${timeoutMs / 1000} s`,
    came === "" ? "nothing came at all" : `came: ${came}`,
  );
}
