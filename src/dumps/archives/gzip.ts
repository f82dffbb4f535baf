import { constants, gunzipSync } from "node:zlib";
import { TelepathError } from "../../model/errors.ts";
import { systemCode } from "../../model/errors.ts";
import { inflatesTooMuch, mostInflatedBytes } from "./limits.ts";

/** Whether bytes are a gzip file (RFC 1952): nothing that can be read as a dump begins like it. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/**
 * The file in a gzip file, once: a gzip file in it stays one.
 *
 * @throws TelepathError `DUMP_TOO_LARGE` beyond 64 MB or 250 times the compressed size, `BROKEN_DUMP` when it is damaged.
 */
export function gunzip(bytes: Uint8Array): Buffer {
  let plain: Buffer;
  try {
    plain = gunzipSync(bytes, { maxOutputLength: mostInflatedBytes, finishFlush: constants.Z_FINISH });
  } catch (error) {
    if (systemCode(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge("more than 64 MB");
    const what = systemCode(error) === "Z_BUF_ERROR" ? "it ends early" : "its data is damaged";
    throw new TelepathError("BROKEN_DUMP", `gzip file: ${what}`, "Compress it again, or give the file itself.");
  }
  if (inflatesTooMuch(bytes.length, plain.length)) throw tooLarge(`${plain.length} bytes out of ${bytes.length}`);
  return plain;
}

function tooLarge(size: string): TelepathError {
  return new TelepathError("DUMP_TOO_LARGE", `the gzip file holds ${size}: not read`, "Give the file itself.");
}
