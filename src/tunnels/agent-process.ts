import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AgentCalls, AgentFailure, AgentMessage, AgentSignal } from "./agent-messages.ts";
import { within } from "./deadline.ts";

/** The same file from the sources and from the bundle: it is a built one, since not every Node runs TypeScript. */
const entry = fileURLToPath(new URL("../../dist/bundle/ngrok-agent.js", import.meta.url));

/** All that the SDK needs of the environment. The rest stays here, secrets among it. */
const passedOn = "SSL_CERT_FILE SSL_CERT_DIR PATH LD_LIBRARY_PATH HOME USERPROFILE SystemRoot windir TEMP TMP TMPDIR";

/** The process ended, or could not be started. */
export class AgentGoneError extends Error {
  override readonly name = "AgentGoneError";
}

/** What a call of the SDK threw. */
export class AgentCallError extends Error {
  override readonly name = "AgentCallError";
  readonly failure: AgentFailure;

  constructor(failure: AgentFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What an agent tells while it runs. */
export interface AgentListener {
  onSignal(signal: AgentSignal): void;
  /** It ended by itself. Not called after `kill`. */
  onGone(reason: string): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A process with ngrok's SDK in it. It ends with this one, however that ends, and what native code prints in it goes
 * nowhere but into the reason for its end.
 */
export class AgentProcess {
  readonly #child: ChildProcess;
  readonly #listener: AgentListener;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  readonly #kill = (): void => void this.#child.kill("SIGKILL");
  #lastCall = 0;
  #lastWords = "";
  #killed = false;

  constructor(env: Readonly<Record<string, string | undefined>>, listener: AgentListener) {
    this.#listener = listener;
    this.#child = fork(entry, [], {
      execArgv: [], // a debugger's port is taken already
      env: Object.fromEntries(passedOn.split(" ").map((name) => [name, env[name]])),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child.stdout?.resume();
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-2000);
    });
    this.#child.on("message", (message) => this.#hear(message as AgentMessage));
    process.once("exit", this.#kill);
    this.#ended = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => resolve(this.#gone(signal ?? `exit code ${code}`)));
      // `close` does not come when the process could not be started.
      this.#child.on("error", (error) => this.#child.pid === undefined && resolve(this.#gone(error.message)));
    });
  }

  /**
   * @throws AgentCallError what the SDK threw; AgentGoneError when the process is no longer there; DeadlineError. The
   *   texts may hold secrets.
   */
  async call<Call extends keyof AgentCalls>(
    call: Call,
    argument: AgentCalls[Call]["argument"],
    milliseconds: number,
  ): Promise<AgentCalls[Call]["result"]> {
    const id = (this.#lastCall += 1);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      if (!this.#child.connected) return reject(new AgentGoneError("it has ended"));
      this.#child.send({ id, call, argument }, (error) => error && reject(new AgentGoneError(error.message)));
    });
    try {
      return (await within(answer, milliseconds)) as AgentCalls[Call]["result"];
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Ends it at once. The system closes its connection, which tells ngrok. */
  kill(): void {
    this.#killed = true;
    this.#kill();
    this.#giveUp("it was ended");
  }

  /** Gives the name back and ends it, in bounded time. */
  async close(milliseconds: number): Promise<void> {
    this.#killed = true;
    await this.call("close", null, milliseconds).catch(() => {});
    this.kill();
    await within(this.#ended, 200).catch(() => {});
  }

  #hear(message: AgentMessage): void {
    if ("signal" in message) {
      if (!this.#killed) this.#listener.onSignal(message.signal);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if ("failure" in message) waiting?.reject(new AgentCallError(message.failure));
    else waiting?.resolve(message.result);
  }

  #giveUp(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new AgentGoneError(reason));
  }

  #gone(how: string): void {
    process.removeListener("exit", this.#kill);
    const words = tellingLine(this.#lastWords);
    const reason = words === undefined ? how : `${how}: ${words}`;
    this.#giveUp(reason);
    if (!this.#killed) this.#listener.onGone(reason);
    this.#killed = true;
  }
}

/** What Rust, Node, or a script that does not load says first of its end. Stack traces follow it. */
const telling = /panicked at|FATAL ERROR|\b\w*Error\b.*:/;

/** Of what a process printed before it ended: the line that says why. */
export function tellingLine(printed: string): string | undefined {
  const lines = printed.trim().split("\n");
  return (lines.find((line) => telling.test(line)) ?? lines.at(-1)) || undefined;
}
