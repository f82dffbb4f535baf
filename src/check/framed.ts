import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { addressOf } from "../delivery/reach.ts";
import type { OutgoingRequest } from "../delivery/transport.ts";
import { isSameName, pairHeaders } from "../model/http.ts";
import { replyOf, type Reply } from "./answer.ts";

/**
 * A framing that HTTP clients use and the transport has no need of: the body in chunks without a length (RFC 9112
 * §7.1), or held back until the server says that it wants it (RFC 9110 §10.1.1).
 */
export type Framing = "chunked" | "expect-continue";

/** So long a client waits for `100 Continue` before it sends the body anyway. */
const continueMs = 1000;

const largestAnswer = 1024 ** 2;

/** Makes the request in that framing. Never rejects: what goes wrong is part of the answer. */
export function exchangeFramed(outgoing: OutgoingRequest, framing: Framing): Promise<Reply> {
  const startedAt = Date.now();
  const start = performance.now();
  return new Promise((resolve) => {
    const settle = (result: Pick<Parameters<typeof replyOf>[0], "response" | "message">): void => {
      clearTimeout(timer);
      const durationMs = performance.now() - start;
      resolve(replyOf({ ...result, failure: null, url: outgoing.origin + outgoing.target, startedAt, durationMs }, ""));
      request.destroy();
    };
    const giveUp = (message: string): void => settle({ response: null, message });
    const request = opened(outgoing, framing);
    const timer = setTimeout(giveUp, outgoing.timeoutMs, `no answer within ${outgoing.timeoutMs / 1000} s`);
    request.on("error", (error) => giveUp(error.message));
    request.on("response", (response) => collect(response, settle, giveUp));
    write(request, outgoing.body, framing);
  });
}

function opened({ origin, target, method, headers, body, signal }: OutgoingRequest, framing: Framing): ClientRequest {
  const own = headers.filter(([name]) => !isSameName(name, "content-length"));
  const framed: readonly (readonly [string, string])[] =
    framing === "chunked"
      ? [...own, ["Transfer-Encoding", "chunked"]]
      : [...own, ["Content-Length", String(body.byteLength)], ["Expect", "100-continue"]];
  const { protocol } = new URL(origin);
  const open = protocol === "https:" ? httpsRequest : httpRequest;
  return open({
    protocol,
    ...addressOf(origin),
    path: target,
    method,
    headers: framed.flat() as unknown as Record<string, string>, // a flat list is written as it is
    agent: false,
    ...(signal ? { signal } : {}),
  });
}

function write(request: ClientRequest, body: Uint8Array, framing: Framing): void {
  if (framing === "chunked") {
    const middle = Math.floor(body.byteLength / 2);
    request.write(body.subarray(0, middle));
    request.end(body.subarray(middle));
    return;
  }
  request.flushHeaders();
  let sent = false;
  const send = (): void => {
    clearTimeout(timer);
    if (!sent && !request.destroyed) request.end(body);
    sent = true;
  };
  const timer = setTimeout(send, continueMs);
  request.once("continue", send);
  request.once("response", () => clearTimeout(timer)); // a final answer: the body is not wanted
  request.once("close", () => clearTimeout(timer));
}

function collect(
  response: IncomingMessage,
  settle: (result: Pick<Parameters<typeof replyOf>[0], "response" | "message">) => void,
  giveUp: (message: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > largestAnswer) giveUp("the answer is over 1 MB");
    else chunks.push(chunk);
  });
  response.on("error", (error) => giveUp(error.message));
  response.on("end", () => {
    const { statusCode: status = 0, rawHeaders } = response;
    settle({ response: { status, headers: pairHeaders(rawHeaders), body: Buffer.concat(chunks) }, message: null });
  });
}
