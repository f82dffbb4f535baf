import type { DumpExport } from "../../dumps/exports/export.ts";
import { isFixtureName } from "../../fixtures/names.ts";
import type { Output } from "../context.ts";
import type { RedactionCounts } from "../requests/export-requests.ts";
import { counted, safeLines, safeText } from "./text.ts";

/** What an export came to. */
export interface Exported {
  /** The name of its form, and whether that has a signature. */
  form: string;
  keepsSignature: boolean;
  deliveries: number;
  /** Could not be written in this form. */
  skipped: number;
  /** The type of the last one. */
  event: string | null;
  /** Null when nothing was to be taken out. */
  redacted: RedactionCounts | null;
}

/** An export as it goes to a stream: byte for byte, but for a terminal where the form may hold what one obeys. */
export function shownExport(bytes: Buffer, form: DumpExport, output: Output): Buffer | string {
  if (form.isPrintable || output.isTTY !== true || bytes.length === 0) return bytes;
  return `${safeLines(bytes.toString("utf8").replaceAll("\r\n", "\n"))}\n`;
}

/** What there is to say beside the export itself; empty when that is nothing. */
export function exportNotes(exported: Exported, output: string | null): string {
  const { form, keepsSignature, deliveries, skipped, event, redacted } = exported;
  if (deliveries + skipped === 0) return "no delivery matches\n";
  const notes: string[] = [];
  if (skipped > 0)
    notes.push(`left out ${counted(skipped, "delivery", "deliveries")} that the form ${form} cannot hold`);
  if (output !== null && deliveries > 0) {
    notes.push(`wrote ${counted(deliveries, "delivery", "deliveries")} to ${safeText(output)}`);
  }
  if (form === "fixture" && output === null && event !== null && isFixtureName(event)) {
    notes.push(`as telepath-fixtures/${event}.json it is what send ${event} sends (--output writes it there)`);
  }
  if (redacted && deliveries > 0) notes.push(...redactionNotes(redacted, keepsSignature));
  return notes.map((note) => `${note}\n`).join("");
}

function redactionNotes({ changed, unread }: RedactionCounts, keepsSignature: boolean): string[] {
  const notes = ["redacted: Authorization, Cookie and Set-Cookie headers, phone numbers; --no-redact leaves them in"];
  if (changed > 0) {
    const signature = keepsSignature ? "the signature no longer matches" : "it is signed anew when it is sent";
    notes.push(`${counted(changed, "body", "bodies")} changed by that: ${signature}`);
  }
  if (unread > 0) notes.push(`${counted(unread, "body", "bodies")} not JSON: no phone number was looked for`);
  return notes;
}

/** `--json` when the export itself goes to a file. */
export function exportJson({ form, deliveries, skipped, redacted }: Exported, output: string): object {
  return {
    type: "export",
    format: form,
    output: deliveries > 0 ? output : null,
    deliveries,
    skipped,
    redactedBodies: redacted?.changed ?? null,
  };
}
