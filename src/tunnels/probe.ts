import { randomBytes } from "node:crypto";
import { request as httpsRequest, type Agent } from "node:https";
import { headerValues, type HeaderList } from "../model/http.ts";
import { mayBeLookedUp } from "./lookup.ts";
import { ngrokCodes } from "./ngrok-codes.ts";

/** The header of a probe, and of its answer. */
export const probeHeader = "telepath-hooks-probe";

/** What a probe found out. */
export type Verdict =
  /** It came in at our own receiver. */
  | { kind: "reached"; latencyMs: number }
  /** The provider says that nobody serves the name, or somebody else does. */
  | { kind: "offline"; reason: string }
  /** The provider knows the name and turns every visitor away. */
  | { kind: "refused"; reason: string; hint: string }
  /** Nothing: no network, a name that does not resolve, an edge that wants something the probe has not. */
  | { kind: "unknown" };

export interface ProbeOptions {
  /** What the edge asks of every caller. */
  credentials: { user: string; password: string } | undefined;
  withinMs: number;
}

/** ngrok's pages for a name that nobody serves. */
const offlineCodes = new Set(["ERR_NGROK_3200", "ERR_NGROK_724"]);
/** Those for an account that has used up what its plan allows. */
const refusingCodes = new Set(["ERR_NGROK_702", "ERR_NGROK_725", "ERR_NGROK_727", "ERR_NGROK_734"]);

/** So long a probe may come in after it was given up, in milliseconds. */
const lateMs = 60_000;

/**
 * Requests to the tunnel's public URL, from here to here. Each holds a number nobody can guess, good for one time, and is
 * answered with another while it is under way: who makes one up, or repeats one, has made an ordinary request.
 */
export class Probes {
  readonly #agent: Agent | false;
  /** The answer to each question that may come in; none when it would come too late. */
  readonly #questions = new Map<string, string | null>();

  /** @param agent makes the connections; new ones when left out */
  constructor(agent: Agent | false = false) {
    this.#agent = agent;
  }

  /** For the receiver: the headers of the answer, when this request is a probe of ours; null when it is not. */
  answerTo(headers: HeaderList): HeaderList | null {
    const [question, ...more] = headerValues(headers, probeHeader);
    if (question === undefined || more.length > 0) return null;
    const answer = this.#questions.get(question);
    this.#questions.delete(question);
    if (answer === undefined) return null;
    return answer === null ? [] : [[probeHeader, answer]];
  }

  /** Makes a request through the public URL. Bounded, and never rejects. */
  async send(url: string, options: ProbeOptions): Promise<Verdict> {
    const [question, answer] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    const asked = performance.now();
    if (!(await mayBeLookedUp(new URL(url).hostname, options.withinMs))) return { kind: "unknown" };
    this.#questions.set(question, answer);
    const start = performance.now();
    const withinMs = Math.max(1, Math.round(options.withinMs - (start - asked)));
    try {
      const { status, headers } = await this.#request(url, question, { ...options, withinMs });
      return judged(headers, answer, status, performance.now() - start);
    } catch {
      return { kind: "unknown" };
    } finally {
      this.#giveUp(question);
    }
  }

  /** It may be on its way still, and is nobody's webhook when it comes in. */
  #giveUp(question: string): void {
    if (!this.#questions.has(question)) return;
    this.#questions.set(question, null);
    setTimeout(() => this.#questions.delete(question), lateMs).unref();
  }

  #request(
    url: string,
    question: string,
    { credentials, withinMs }: ProbeOptions,
  ): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(`${url}/`, {
        agent: this.#agent,
        signal: AbortSignal.timeout(withinMs),
        ...(credentials ? { auth: `${credentials.user}:${credentials.password}` } : {}),
        headers: {
          [probeHeader]: question,
          "user-agent": "telepath-hooks",
          "ngrok-skip-browser-warning": "1",
        },
      });
      request.on("error", reject);
      request.on("close", () => reject(new Error("closed"))); // all there is when the answer is 101
      request.on("response", ({ statusCode = 0, headers }) => {
        request.on("error", () => {}).destroy(); // the body says nothing
        resolve({ status: statusCode, headers });
      });
      request.end();
    });
  }
}

function judged(headers: NodeJS.Dict<string | string[]>, answer: string, status: number, latencyMs: number): Verdict {
  const given = headers[probeHeader];
  if (given === answer) return { kind: "reached", latencyMs };
  if (given !== undefined) return { kind: "offline", reason: "another receiver answers at the public URL" };
  const code = String(headers["ngrok-error-code"]);
  if (offlineCodes.has(code)) {
    return { kind: "offline", reason: `ngrok's edge does not know the endpoint (${code})` };
  }
  const refusal = refusingCodes.has(code) ? ngrokCodes[code] : undefined;
  if (!refusal) return { kind: "unknown" };
  return { kind: "refused", reason: `ngrok answers callers with ${status}: ${refusal[1]} (${code})`, hint: refusal[2] };
}
