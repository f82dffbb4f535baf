import type { DumpReading, readDump } from "../../dumps/read.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import type { TelepathError } from "../../model/errors.ts";
import type { Secret } from "../../model/secret.ts";
import type { Judgement } from "../../signatures/judgement.ts";
import type { Pauses } from "./pauses.ts";

/** Where a head must end, and where the first line must, to tell the form of a large file. */
export const headBytes = 1024 ** 2;

/** A dump with a quick way to read it, good enough where a signature matches, and the complete one. */
export interface UnreadDump {
  plain: () => DumpReading | undefined;
  /** @throws TelepathError */
  whole: (read: typeof readDump) => DumpReading;
}

/** Who hears what a large file holds, in order. */
export interface BigDumpReader {
  /** Requests held whole. */
  found(dump: UnreadDump): void | Promise<void>;
  /** A request whose body of so many bytes came by. */
  streamed(format: string, request: DumpedRequest, bytes: number, judgement: Judgement): void;
  /** A part that could not be read; the rest goes on. */
  broken(error: TelepathError): void;
}

/** A large file and how it is read. */
export interface BigDump {
  file: number;
  size: number;
  name: string;
  format: string | undefined;
  secrets: readonly Secret[];
  pauses: Pauses;
  reader: BigDumpReader;
  /** Larger bodies of raw HTTP are streamed; `largestHeldBody` when left out. */
  largestHeld?: number;
  /** Reads a file with one JSON value a line; line by line when left out. */
  readLines?: (dump: BigDump) => Promise<void>;
}
