import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import { isSameName } from "../model/http.ts";
import type { Exchange } from "./receiver.ts";

/**
 * How long what a sender still sends is read and thrown away after its answer. Closing at once would reset the
 * connection, and the sender would never see the answer (RFC 9112 §9.6).
 */
const lingerMs = 2000;

/** Writes the answer with our own framing. A sender that is gone is no error. */
export async function writeAnswer({ request, response, closing }: Exchange, answer: Answer): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(answer.status, framed(request, answer, closing));
  if (!closing || request.complete) {
    end(response, answer.body);
    return;
  }
  response.write(answer.body);
  request.resume();
  await goneOrQuiet(request);
  response.end();
}

/** Up to this size, copying head and body into one piece costs less than writing two. */
const onePieceBytes = 8 * 1024;

/**
 * `node:http` puts head and body into one write only when both are text; latin1 is one byte a character. What `end` adds
 * for itself makes two of it again, so it comes when the first is out: a seventh of a small request's time.
 */
function end(response: ServerResponse, body: Uint8Array): void {
  if (body.length === 0 || body.length > onePieceBytes) return void response.end(body);
  response.write(Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1"), "latin1");
  process.nextTick(endOf, response);
}

function endOf(response: ServerResponse): void {
  response.end();
}

/** The headers as `node:http` takes them without sorting or merging: name, value, name, value, … */
function framed(request: IncomingMessage, { status, headers, body }: Answer, closing: boolean): string[] {
  const flat: string[] = [];
  // A Content-Length that stands for a body which is not sent is the app's own statement (RFC 9110 §8.6).
  const bodiless = request.method === "HEAD" || status === 304;
  let framing = bodiless || status === 204;
  for (const [name, value] of headers) {
    if (!isSameName(name, "content-length")) flat.push(name, value);
    else if (bodiless) flat.push(name, value);
    else if (!framing) {
      framing = true;
      flat.push(name, String(body.length));
    }
  }
  if (!framing) flat.push("Content-Length", String(body.length));
  if (closing) flat.push("Connection", "close");
  return flat;
}

function goneOrQuiet(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, lingerMs);
    request.once("end", done).once("close", done);
  });
}
