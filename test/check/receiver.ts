import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export const secret = "whsec_only_for_tests";

/** A request as the steps of a receiver see it. */
export interface Seen {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  receiver: Receiver;
}

/** What a receiver does, step by step. Each step is right; a defective receiver has another in the place of one. */
export interface Steps {
  /** Answers what is no delivery. True when it did. */
  turnAway(seen: Seen): boolean;
  /** Reads the body. */
  read(request: IncomingMessage, response: ServerResponse): Promise<Buffer>;
  /** The value to compare, or null when there is none. */
  signature(request: IncomingMessage): string | null;
  /** Whether the signature is that of the body. */
  matches(signature: string, body: Buffer): boolean;
  /** What the sender of a wrong signature is told. */
  refusal(body: Buffer): string;
  parse(body: Buffer): Record<string, unknown>;
  /** Null when the event is taken; else a status of its own. */
  judge(event: Record<string, unknown>, seen: Seen): number | null;
  /** True for what was processed before. */
  isKnown(key: string, receiver: Receiver): boolean;
  /** Says 200; in its own time. */
  accept(seen: Seen, known: boolean): void;
}

export interface Receiver {
  url: string;
  /** Keys of the events processed. */
  processed: Set<string>;
  /** How many times anything was processed. */
  count: number;
  close(): void;
}

export function digest(body: Uint8Array): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

export const right: Steps = {
  turnAway({ request, response, receiver }) {
    if (request.method === "POST") return false;
    if (request.url === "/count") response.end(String(receiver.count));
    else response.writeHead(405).end();
    return true;
  },
  async read(request) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  },
  signature(request) {
    const value = request.headers["x-telepath-signature"];
    return typeof value === "string" && value.startsWith("sha256=") && !value.includes(",") ? value.slice(7) : null;
  },
  matches(signature, body) {
    const [given, expected] = [Buffer.from(signature), Buffer.from(digest(body))];
    return given.length === expected.length && timingSafeEqual(given, expected);
  },
  refusal: () => "signature does not match",
  parse(body) {
    const value = JSON.parse(body.toString("utf8")) as Record<string, unknown> | null;
    if (typeof value !== "object" || value === null) throw new SyntaxError("not an object");
    return value;
  },
  judge: () => null,
  isKnown: (key, { processed }) => processed.has(key),
  accept: ({ response }) => void response.end("ok"),
};

/** Runs a receiver on loopback until the test ends. */
export async function receiver(defect: Partial<Steps> = {}): Promise<Receiver> {
  const steps: Steps = { ...right, ...defect };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.headersSent || response.writeHead(500).end("internal error"));
  });
  const self: Receiver = {
    url: "",
    processed: new Set(),
    count: 0,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen: Seen = { request, response, body: Buffer.alloc(0), receiver: self };
    if (steps.turnAway(seen)) return;
    const body = (seen.body = await steps.read(request, response));
    const signature = steps.signature(request);
    if (signature === null || !steps.matches(signature, body)) {
      response.writeHead(401).end(steps.refusal(body));
      return;
    }
    let event: Record<string, unknown>;
    try {
      event = steps.parse(body);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      response.writeHead(400).end("not an event");
      return;
    }
    const status = steps.judge(event, seen);
    if (status !== null) {
      response.writeHead(status).end();
      return;
    }
    const key = JSON.stringify([event["call_id"], event["event"]]);
    const known = steps.isKnown(key, self);
    if (!known) self.count += 1;
    self.processed.add(key);
    steps.accept(seen, known);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(self.close);
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return self;
}
