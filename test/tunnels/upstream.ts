import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a local server got, exactly. */
export interface Received {
  method: string;
  target: string;
  rawHeaders: string[];
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A local server that records what it gets and echoes the body. */
export class Upstream {
  readonly received: Received[] = [];
  /** Resolves when a connection ended before its request was answered. */
  readonly aborted: Promise<void>;
  /** While true, requests are left unanswered. */
  holding = false;
  readonly #server: Server;

  constructor() {
    let onAborted = (): void => {};
    this.aborted = new Promise((resolve) => (onAborted = resolve));
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      response.on("close", () => {
        if (!response.writableFinished) onAborted();
      });
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("error", () => {});
      request.on("end", () => {
        const { method = "", url = "", rawHeaders, headers } = request;
        const body = Buffer.concat(chunks);
        this.received.push({ method, target: url, rawHeaders, headers, body });
        if (!this.holding) response.writeHead(200, { "X-Echo": "yes" }).end(body);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async up(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
