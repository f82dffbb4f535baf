import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { systemCode, TelepathError } from "../model/errors.ts";

/**
 * The bytes of a regular file; undefined when there is none. Opened so that a FIFO does not hold us up.
 *
 * @throws what `refuse` makes of a problem
 */
export async function readSmallFile(
  path: string,
  mostBytes: number,
  refuse: (problem: string) => TelepathError,
): Promise<Buffer | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) throw refuse("it is not a regular file");
    if (stats.size > mostBytes) throw refuse(`it has ${stats.size} bytes, which is far too much`);
    return await file.readFile();
  } catch (error) {
    if (error instanceof TelepathError) throw error;
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw refuse(`it cannot be read (${code ?? "unknown error"})`);
  } finally {
    await file?.close();
  }
}

/** @throws what `refuse` makes of bytes that are not UTF-8 */
export function asText(bytes: Buffer, refuse: (problem: string) => TelepathError): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("it is not UTF-8 text");
  }
}
