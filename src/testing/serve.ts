import { once } from "node:events";
import { createServer, Server, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { TelepathError } from "../model/errors.ts";
import { pairHeaders } from "../model/http.ts";

/** A handler of the Fetch API's types: a Hono app's `fetch`, a Next.js route handler. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/**
 * An app to be tested: the URL of one that runs, an `http.Server` (Fastify's `app.server`), a request listener (an
 * Express app), something with a `fetch` (a Hono app), or a module of route handlers by method (Next.js).
 */
export type TestApp = string | URL | Server | RequestListener | { fetch: FetchHandler } | { POST: FetchHandler };

/** An app that can be reached. */
export interface ServedApp {
  /** Scheme, host and port, and the path of a URL. */
  url: string;
  /** Ends what was started here, and nothing else. */
  close(): Promise<void>;
}

/**
 * Makes an app reachable on loopback, where it is not yet.
 *
 * @throws TelepathError `INVALID_APP` for what is none of the kinds
 */
export async function serve(app: TestApp): Promise<ServedApp> {
  if (typeof app === "string" || app instanceof URL) return { url: String(app), close: () => Promise.resolve() };
  if (app instanceof Server) return await listening(app, !app.listening);
  if (typeof app === "function") return await listening(createServer(app), true);
  const handler = handlerOf(app);
  if (handler) return await listening(createServer(listenerOf(handler)), true);
  throw new TelepathError(
    "INVALID_APP",
    "the app is neither a URL, an http.Server, a request listener, nor something with fetch or POST",
    "for example startTelepath({ to: app }) with an Express or Hono app, { to: app.server } with Fastify",
  );
}

function handlerOf(app: { fetch: FetchHandler } | { POST: FetchHandler } | null): FetchHandler | undefined {
  if (typeof app !== "object" || app === null) return undefined;
  if ("fetch" in app && typeof app.fetch === "function") return (request) => app.fetch(request);
  if (!("POST" in app) || typeof app.POST !== "function") return undefined;
  // As Next.js does for a method that the module has no handler for.
  return (request) => (request.method === "POST" ? app.POST(request) : new Response(null, { status: 405 }));
}

async function listening(server: Server, start: boolean): Promise<ServedApp> {
  if (start) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return {
    url: `http://${hostOf(server.address() as AddressInfo)}`,
    close: () => (start ? closed(server) : Promise.resolve()),
  };
}

/** A server on all addresses is reached on loopback. */
function hostOf({ address, family, port }: AddressInfo): string {
  const reached = { "::": "::1", "0.0.0.0": "127.0.0.1" }[address] ?? address;
  return family === "IPv6" ? `[${reached}]:${port}` : `${reached}:${port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function listenerOf(fetch: FetchHandler): RequestListener {
  return (request, response) => {
    answer(request, response, fetch).catch((error: unknown) => {
      // What a framework does with an error that nobody caught.
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, fetch: FetchHandler): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "GET", url = "/", rawHeaders } = request;
  const bodiless = method === "GET" || method === "HEAD";
  const answered = await fetch(
    new Request(`http://${request.headers.host ?? "localhost"}${url}`, {
      method,
      headers: pairHeaders(rawHeaders).map(([name, value]): [string, string] => [name, value]),
      body: bodiless ? null : Buffer.concat(chunks),
    }),
  );
  response.writeHead(answered.status, [...answered.headers].flat());
  response.end(Buffer.from(await answered.arrayBuffer()));
}
