import { inflateRawSync } from "node:zlib";
import { TelepathError } from "../../model/errors.ts";
import { inflatesTooMuch, mostInflatedBytes } from "./limits.ts";

/** A file in a zip archive. Its name is data: nothing is ever written under it. */
export interface ZipEntry {
  name: string;
  method: number;
  encrypted: boolean;
  compressedBytes: number;
  bytes: number;
  /** Where its own header stands. */
  at: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 65_535;
const MOST_ENTRIES = 10_000;

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && (bytes.readUInt32LE(0) === LOCAL || bytes.readUInt32LE(0) === END);
}

/**
 * The entries that the archive's directory names.
 *
 * @throws TelepathError `BROKEN_DUMP` when it has none or is damaged, `DUMP_TOO_LARGE` for more than 10,000 entries.
 */
export function zipEntries(bytes: Buffer): ZipEntry[] {
  const end = endOfDirectory(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_ENTRIES) {
    throw new TelepathError("DUMP_TOO_LARGE", `${count} files in the zip archive, the most is ${MOST_ENTRIES}`);
  }
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw damaged(`at its file ${index + 1}`);
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    entries.push({
      name: bytes.toString("latin1", at + 46, nameEnd),
      method: bytes.readUInt16LE(at + 10),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
      compressedBytes: bytes.readUInt32LE(at + 20),
      bytes: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    });
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * The bytes of one entry.
 *
 * @param allowance the most it may hold, in bytes.
 * @throws TelepathError `BROKEN_DUMP`, or `DUMP_TOO_LARGE` beyond the allowance or 250 times its compressed size.
 */
export function readEntry(bytes: Buffer, entry: ZipEntry, allowance: number): Buffer {
  const { at, name } = entry;
  const shown = JSON.stringify(name.slice(0, 60));
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== LOCAL) throw damaged(`at ${shown}`);
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const end = start + entry.compressedBytes;
  if (end > bytes.length) throw damaged(`at ${shown}, which is longer than the archive`);
  if (entry.bytes > allowance || inflatesTooMuch(entry.compressedBytes, entry.bytes)) throw tooLarge(shown);
  const compressed = bytes.subarray(start, end);
  if (entry.method === 0) return compressed;
  if (entry.method !== 8)
    throw new TelepathError("BROKEN_DUMP", `${shown} is packed by method ${entry.method}: not read`);
  return inflate(compressed, Math.min(allowance, entry.bytes), shown);
}

function inflate(compressed: Buffer, allowance: number, shown: string): Buffer {
  // One byte more than said: zlib's limit must be at least 1, and an entry that lies shows itself.
  const maxOutputLength = Math.min(allowance + 1, mostInflatedBytes);
  let inflated: Buffer;
  try {
    inflated = inflateRawSync(compressed, { maxOutputLength });
  } catch {
    throw damaged(`at ${shown}: its data cannot be unpacked to the size it says`);
  }
  if (inflated.length > allowance) throw damaged(`at ${shown}, which is longer than it says`);
  return inflated;
}

function endOfDirectory(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_SIZE - LONGEST_COMMENT);
  for (let at = bytes.length - END_SIZE; at >= first; at -= 1) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  throw damaged("its directory is missing");
}

function damaged(where: string): TelepathError {
  return new TelepathError("BROKEN_DUMP", `damaged zip archive: ${where}`);
}

function tooLarge(shown: string): TelepathError {
  return new TelepathError("DUMP_TOO_LARGE", `${shown} in the zip archive is too large when unpacked: not read`);
}
