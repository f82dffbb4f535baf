import { summaryLine } from "../verification.ts";
import { findingOf } from "./findings.ts";
import { markdown, tableRow } from "./markdown-text.ts";
import type { Report } from "./report.ts";

/** A Markdown table for a pull request or a ticket: one line for each request, and the fixes below it. */
export function markdownReport(): Report {
  const rows: string[] = [];
  const fixes = new Map<string, string>();
  const contracts = new Map<string, string[]>();

  return {
    verification(verification) {
      const { title, callId, why, code, fix, contract } = findingOf(verification);
      const { verdict } = verification.judgement;
      const number = verification.of > 1 ? ` #${verification.index + 1}` : "";
      const place = verification.file + number;
      rows.push(tableRow([marks[verdict], place, title, callId, why]));
      for (const text of contract) {
        const places = contracts.get(text);
        if (places === undefined) contracts.set(text, [place]);
        else places.push(place);
      }
      if (fix !== "") fixes.set(code, fix);
    },
    unreadable(file, { message }) {
      rows.push(tableRow(["! unreadable", file, "", "", message]));
    },
    text(summary) {
      const lines = ["# Webhook signatures", "", summaryLine(summary), "| verdict | file | event | call | why |"];
      const below = [...fixes].map(([code, fix]) => `- **${markdown(code)}**: ${markdown(fix)}`);
      return [
        ...lines,
        "|---|---|---|---|---|",
        ...rows,
        ...(below.length > 0 ? ["", "## Fixes", "", ...below] : []),
        ...(contracts.size > 0 ? ["", "## Payloads and the contract", "", ...[...contracts].map(contractLine)] : []),
        "",
      ].join("\n");
    },
  };
}

const mostPlaces = 5;

/** What the contract says, with where: the same of many requests is one line. */
function contractLine([text, places]: [string, string[]]): string {
  const rest = places.length - mostPlaces;
  const named = places.slice(0, mostPlaces).map(markdown).join(", ");
  return `- ${markdown(text)} (${named}${rest > 0 ? ` and ${rest} more` : ""})`;
}

const marks = { valid: "✓ valid", invalid: "✗ invalid", unverifiable: "? unverifiable" };
