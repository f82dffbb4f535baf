import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { mostInflatedBytes } from "../archives/limits.ts";
import { isZip, readEntry, zipEntries, type ZipEntry } from "../archives/zip.ts";
import type { DumpFormat } from "../format.ts";
import { readMessages } from "../http/messages.ts";

const CLIENT_FILE = /^raw[/\\](\d{1,9})_c\.txt$/;
const MOST_SESSIONS = 1000;

/** Fiddler's archive: a zip with a session's request, as it stood on the wire, in `raw/N_c.txt`. */
export const fiddler: DumpFormat = {
  name: "fiddler",
  description: "Fiddler's session archives: .saz",

  recognizes({ bytes }) {
    return isZip(bytes);
  },

  parse({ bytes }) {
    if (!isZip(bytes)) throw new TelepathError("BROKEN_DUMP", "it is no zip archive");
    const files = clientFiles(bytes);
    let left = mostInflatedBytes;
    const failures: TelepathError[] = [];
    const requests: DumpedRequest[] = [];
    for (const { entry, session } of files) {
      try {
        const message = readEntry(bytes, entry, left);
        left -= message.length;
        requests.push(...readMessages(message));
      } catch (error) {
        if (!(error instanceof TelepathError)) throw error;
        failures.push(new TelepathError(error.code, `session ${session}: ${error.message}`));
      }
    }
    const [failure] = failures;
    const last = requests.pop();
    if (last === undefined) throw failure ?? new TelepathError("BROKEN_DUMP", "no session in it has a request");
    if (failure === undefined) return [...requests, last];
    const note = `${failures.length} of ${files.length} sessions could not be read: ${failure.message}.`;
    return [...requests, { ...last, notes: [...last.notes, note] }];
  },
};

function clientFiles(bytes: Buffer): { entry: ZipEntry; session: number }[] {
  const files = zipEntries(bytes)
    .map((entry) => ({ entry, session: Number(CLIENT_FILE.exec(entry.name)?.[1] ?? Number.NaN) }))
    .filter(({ session }) => !Number.isNaN(session))
    .sort((a, b) => a.session - b.session);
  if (files.length === 0) {
    throw new TelepathError(
      "BROKEN_DUMP",
      "the zip archive has no raw/1_c.txt: it is not Fiddler's",
      "Unpack it first.",
    );
  }
  if (files.length > MOST_SESSIONS) {
    const hint = "Save the sessions that matter alone.";
    throw new TelepathError(
      "DUMP_TOO_LARGE",
      `${files.length} sessions, the most that is read is ${MOST_SESSIONS}`,
      hint,
    );
  }
  if (files.some(({ entry }) => entry.encrypted)) {
    throw new TelepathError("BROKEN_DUMP", "the archive is encrypted", "Save it again without a password.");
  }
  return files;
}
