import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A request as the receiver saw it. */
export interface Received {
  method: string;
  target: string;
  rawHeaders: string[];
  body: Buffer;
  /** What an independent implementation says of the signature. */
  signatureMatches: boolean;
}

/**
 * An endpoint that shares no code with the project: `node:http` and `node:crypto` alone. It answers 200 to a right
 * signature and 401 to any other.
 */
export async function startReceiver(secret: string): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
      const signatureMatches = request.headers["x-telepath-signature"] === expected;
      received.push({
        method: request.method!,
        target: request.url!,
        rawHeaders: request.rawHeaders,
        body,
        signatureMatches,
      });
      response.writeHead(signatureMatches ? 200 : 401, { "X-App": "receiver" }).end(signatureMatches ? "thanks" : "no");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
