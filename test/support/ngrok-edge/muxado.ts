import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { encodeFrame, frameFlag, frameReader, frameType, numberFrame, type Frame } from "./frames.ts";

/** Bytes a side may send on a new stream before the other gives more credit. Fixed, not negotiated. */
const START_WINDOW = 262_144;
const CANCELLED = 6;
/** An id nobody uses, for a frame that means nothing. */
const IDLE_STREAM = 0x7ffffffe;

/**
 * The server side of one muxado connection: many two-way byte streams over one socket.
 *
 * Streams the agent opens arrive at `onStream`; `open` makes one towards the agent.
 */
export class MuxSession {
  readonly #socket: TLSSocket;
  readonly #onStream: (stream: MuxStream) => void;
  readonly #streams = new Map<number, MuxStream>();
  #lastOwnId = 0;
  #framesSent = 0;

  constructor(socket: TLSSocket, onStream: (stream: MuxStream) => void) {
    this.#socket = socket;
    this.#onStream = onStream;
    const read = frameReader();
    socket.on("data", (chunk: Buffer) => {
      const sentBefore = this.#framesSent;
      for (const frame of read(chunk)) this.#take(frame);
      // Any frame back carries the TCP ACK. Without one, the agent's Nagle waits 40 ms for the delayed ACK.
      if (this.#framesSent === sentBefore) this.send(numberFrame(frameType.windowIncrement, IDLE_STREAM, 0));
    });
    socket.on("close", () => {
      for (const stream of this.#streams.values()) stream.destroy();
    });
  }

  /** Streams in use, of both sides. The agent drops the whole session when it counts 512. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /**
   * Opens a stream whose first frame carries `first`. One frame on purpose: the agent reads the heads of new
   * streams one after another, and 66 opened without their head would block it for good.
   */
  open(first: Buffer): MuxStream {
    this.#lastOwnId += 2;
    const stream = new MuxStream(this, this.#lastOwnId);
    this.#streams.set(stream.id, stream);
    stream.sendFirst(first);
    return stream;
  }

  send(frame: Frame): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    this.#framesSent += 1;
    this.#socket.write(encodeFrame(frame));
  }

  forget(stream: MuxStream): void {
    this.#streams.delete(stream.id);
  }

  /** Tells the agent to go elsewhere. It leaves the socket open, so this closes it. */
  goAway(): void {
    this.send({ type: frameType.goAway, flags: frameFlag.none, stream: 0, body: Buffer.alloc(8) });
    this.#socket.end();
  }

  #take(frame: Frame): void {
    const known = this.#streams.get(frame.stream);
    if (frame.type === frameType.windowIncrement) known?.giveCredit(frame.body.readUInt32BE());
    else if (frame.type === frameType.reset) known?.takeReset();
    else if (frame.type === frameType.goAway) this.#socket.end();
    else if (known) known.takeData(frame);
    else if (frame.flags & frameFlag.syn) this.#accept(frame);
  }

  #accept(frame: Frame): void {
    const stream = new MuxStream(this, frame.stream);
    this.#streams.set(stream.id, stream);
    this.#onStream(stream);
    stream.takeData(frame);
  }
}

/** One stream of a session, as Node knows streams. Half-closing works; `destroy` before the end aborts it. */
export class MuxStream extends Duplex {
  readonly id: number;
  readonly #session: MuxSession;
  #credit = START_WINDOW;
  #unread = 0;
  #parked: { bytes: Buffer; done: () => void } | null = null;
  #finSent = false;
  #finTaken = false;
  #reset = false;

  constructor(session: MuxSession, id: number) {
    super({ allowHalfOpen: true });
    this.#session = session;
    this.id = id;
  }

  sendFirst(body: Buffer): void {
    this.#credit -= body.length;
    this.#sendData(frameFlag.syn, body);
  }

  giveCredit(bytes: number): void {
    this.#credit = Math.min(this.#credit + bytes, START_WINDOW);
    this.#sendParked();
  }

  takeData({ flags, body }: Frame): void {
    if (body.length > 0) {
      this.#unread += body.length;
      if (this.push(body)) this.#grantCredit();
    }
    if (flags & frameFlag.fin) {
      this.#finTaken = true;
      this.push(null);
      this.#forgetWhenDone();
    }
  }

  takeReset(): void {
    this.#reset = true;
    this.destroy();
  }

  override _read(): void {
    this.#grantCredit();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parked = { bytes, done };
    this.#sendParked();
  }

  override _final(done: () => void): void {
    this.#sendFin();
    done();
  }

  /** FIN first: an agent that gets a bare RST leaves its connection to the local server open. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#reset && !(this.#finSent && this.#finTaken)) {
      this.#sendFin();
      this.#session.send(numberFrame(frameType.reset, this.id, CANCELLED));
    }
    this.#session.forget(this);
    done(error);
  }

  // `node:http` takes a stream for a socket as long as it finds these.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  #sendParked(): void {
    while (this.#parked && this.#credit > 0) {
      const { bytes, done } = this.#parked;
      const now = bytes.subarray(0, this.#credit);
      this.#credit -= now.length;
      this.#sendData(frameFlag.none, now);
      this.#parked = now.length < bytes.length ? { bytes: bytes.subarray(now.length), done } : null;
      if (!this.#parked) done();
    }
  }

  #sendData(flags: number, body: Buffer): void {
    this.#session.send({ type: frameType.data, flags, stream: this.id, body });
  }

  #sendFin(): void {
    if (this.#finSent) return;
    this.#finSent = true;
    this.#sendData(frameFlag.fin, Buffer.alloc(0));
    this.#forgetWhenDone();
  }

  #grantCredit(): void {
    if (this.#unread === 0 || this.#reset) return;
    this.#session.send(numberFrame(frameType.windowIncrement, this.id, this.#unread));
    this.#unread = 0;
  }

  #forgetWhenDone(): void {
    if (this.#finSent && this.#finTaken) this.#session.forget(this);
  }
}
