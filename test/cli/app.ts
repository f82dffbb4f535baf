import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { pairHeaders, type HeaderList } from "../../src/model/http.ts";

export interface Received {
  method: string;
  url: string;
  headers: HeaderList;
  body: Buffer;
}

/** An app on loopback that keeps what it is sent, until the test ends. */
export interface App {
  url: string;
  port: number;
  received: Received[];
}

/** @param respond answers; 200 with no body when left out */
export async function app(
  respond: (request: Received, response: ServerResponse, nth: number) => unknown = (_, response) => response.end(),
): Promise<App> {
  const received: Received[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", rawHeaders } = request;
      const whole = { method, url, headers: pairHeaders(rawHeaders), body: Buffer.concat(chunks) };
      respond(whole, response, received.push(whole));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, received };
}

export const status = (code: number) => (_request: Received, response: ServerResponse) => {
  response.statusCode = code;
  response.end();
};
