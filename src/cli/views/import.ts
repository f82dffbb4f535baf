import type { Delivery, SignatureVerdict } from "../../model/delivery.ts";
import type { TelepathError } from "../../model/errors.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { deliveryJson } from "./delivery.ts";
import { createLogView } from "./log.ts";
import { styleFor } from "./style.ts";
import { counted, safeText } from "./text.ts";

/** Draws and counts what `import` puts on record. */
export interface ImportView {
  /** A file was read. */
  read(): void;
  imported(delivery: Delivery): void;
  /** A request that is on record already, under this id, or that of a file before it. */
  known(name: string, as: string): void;
  /** A file of several, or one of its requests, of which nothing can be made. */
  unreadable(file: string, error: TelepathError): void;
  summary(): void;
  /** 1 when something could not be read, 2 when nothing could. */
  exitCode(): number;
}

const mostKnownLines = 10;

export function createImportView(
  files: number,
  flags: { json?: boolean; color?: boolean },
  context: Context,
): ImportView {
  const { stdout, stderr } = context;
  const style = styleFor(stdout, context, flags);
  const line = createLogView(context.now(), style);
  const verdicts: Record<SignatureVerdict, number> = { valid: 0, invalid: 0, missing: 0, unchecked: 0 };
  const counts = { files, deliveries: 0, known: 0, inexact: 0, unreadable: 0 };
  let filesRead = 0;

  return {
    read() {
      filesRead += 1;
    },
    imported(delivery) {
      counts.deliveries += 1;
      verdicts[delivery.signature.verdict] += 1;
      if (delivery.bodyState !== "whole") counts.inexact += 1;
      if (flags.json) writeJson(context, deliveryJson(delivery));
      else stdout.write(line(delivery));
    },
    known(name, as) {
      counts.known += 1;
      if (flags.json || counts.known > mostKnownLines) return;
      stderr.write(`${safeText(name)} is on record already, as ${safeText(as)}\n`);
      if (counts.known === mostKnownLines) stderr.write("further ones are counted only\n");
    },
    unreadable(file, error) {
      counts.unreadable += 1;
      const { code, message, hint } = error;
      if (flags.json) writeJson(context, { type: "error", file, code, message, hint: hint ?? null });
      else stdout.write(`${style.bad("!")} ${safeText(message)}\n${hint === undefined ? "" : `  ${safeText(hint)}\n`}`);
    },
    summary() {
      if (flags.json) writeJson(context, { type: "summary", ...counts, signatures: verdicts });
      else stderr.write(summaryText(counts));
    },
    exitCode() {
      if (filesRead === 0) return exitCodes.unable;
      return counts.unreadable > 0 ? exitCodes.no : exitCodes.done;
    },
  };
}

interface Counts {
  files: number;
  deliveries: number;
  known: number;
  inexact: number;
  unreadable: number;
}

function summaryText({ files, deliveries, known, inexact, unreadable }: Counts): string {
  const parts = [
    `imported ${counted(deliveries, "delivery", "deliveries")} from ${counted(files, "file")}`,
    known > 0 ? `${known} on record already (--again imports them, too)` : "",
    unreadable > 0 ? `${unreadable} could not be read` : "",
  ];
  const note =
    inexact > 0
      ? `of ${counted(inexact, "body", "bodies")} nobody can tell whether it is byte for byte what was sent: replay needs --resign or --data\n`
      : "";
  return `${parts.filter(Boolean).join("; ")}\n${note}`;
}
