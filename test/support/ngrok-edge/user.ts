import { writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import type { Edge } from "./edge.ts";

/**
 * Writes an `ngrok.yml` that leads to this edge, the way a user with a connect address of their own has it, and gives
 * its path. `null` leaves the authtoken out.
 */
export async function configFile(
  edge: Edge,
  directory: string,
  authtoken: string | null = "token-of-a-test",
): Promise<string> {
  await writeFile(join(directory, "edge.pem"), edge.certificate.cert);
  const path = join(directory, "ngrok.yml");
  const token = authtoken === null ? [] : [`  authtoken: ${authtoken}`];
  const lines = ['version: "3"', "agent:", ...token, `  connect_url: ${edge.address}`, "  connect_cas: edge.pem", ""];
  await writeFile(path, lines.join("\n"));
  return path;
}

export interface PublicRequest {
  method?: string;
  /** Name, value, name, value, …, sent as they stand. `Host` and `Content-Length` are put first when missing. */
  headers?: readonly string[];
  body?: Uint8Array;
}

export interface PublicResponse {
  status: number;
  rawHeaders: string[];
  body: Buffer;
}

/** Requests a tunnel's public URL, as somebody on the internet would. */
export async function requestPublic(edge: Edge, url: string, request: PublicRequest = {}): Promise<PublicResponse> {
  const { host, pathname, search } = new URL(url);
  const { method = "GET", headers = [], body = new Uint8Array() } = request;
  const has = (name: string): boolean => headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  const first = [
    ...(has("host") ? [] : ["Host", host]),
    ...(has("content-length") || has("transfer-encoding") || body.length === 0
      ? []
      : ["Content-Length", String(body.length)]),
  ];
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port: edge.publicPort,
      agent: false,
      method,
      path: pathname + search,
      headers: [...first, ...headers],
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.end(body);
  });
}
