import { caseId, groups, type CaseResult, type CaseVerdict, type Group } from "../../../check/case.ts";
import { version } from "../../version.ts";
import { xml } from "../reports/xml-text.ts";
import { safeText } from "../text.ts";
import { pageStyle } from "./html-style.ts";
import type { CheckReport } from "./reports.ts";
import { summaryWords, verdictMarks, worst } from "./words.ts";

/** One page that needs nothing else: no script, no font, no request; readable in light and dark, and without colour. */
export function htmlReport({ url, startedAt, results, summary }: CheckReport): string {
  const at = new Date(startedAt).toISOString();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Contract check of ${xml(url)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>Contract check</h1>
<p><code>${xml(url)}</code></p>
<p class="faint"><time datetime="${at}">${at.replace("T", " ").slice(0, 19)} UTC</time>, telepath-hooks ${version}</p>
<p class="summary ${worst(summary)}">${xml(summaryWords(summary))}</p>
${toMend(results)}${groups.map((group) => section(group, results)).join("")}</main>
</body>
</html>
`;
}

/** Whoever opens the page wants these first, failed ones before warnings; below, cases are in the order they ran in. */
function toMend(all: readonly CaseResult[]): string {
  const results = (["fail", "warn"] as const).flatMap((wanted) => all.filter(({ verdict }) => verdict === wanted));
  if (results.length === 0) return "";
  return `<nav aria-label="To mend">
<ul>
${results.map(link).join("\n")}
</ul>
</nav>
`;
}

function link(result: CaseResult): string {
  const { sign, words } = head(result, caseId(result.case));
  return `<li class="${result.verdict}">${sign}<a href="#${anchor(result)}">${words}</a></li>`;
}

function section(group: Group, all: readonly CaseResult[]): string {
  const results = all.filter((result) => result.case.group === group);
  if (results.length === 0) return "";
  return `<section aria-labelledby="${group}">
<h2 id="${group}">${group}</h2>
<ul>
${results.map(item).join("\n")}
</ul>
</section>
`;
}

function item(result: CaseResult): string {
  const { case: each, verdict, got, advice } = result;
  const rows: [string, string][] = [
    ["sent", each.sends],
    ["expected", each.expected],
    ["got", got],
    ...(needsMending(result) ? [["mend", advice] satisfies [string, string]] : []),
    ...(each.blindSpot === undefined ? [] : [["not seen", each.blindSpot] satisfies [string, string]]),
  ];
  const list = rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${xml(value)}</dd></div>`).join("");
  const { sign, words } = head(result, each.name);
  const summary = `<summary>${sign}<span>${words} <span class="brief">${xml(got)}</span></span></summary>`;
  const open = needsMending(result) ? " open" : "";
  return `<li id="${anchor(result)}" class="${verdict}"><details${open}>${summary}<dl>${list}</dl></details></li>`;
}

function head({ verdict }: CaseResult, name: string): { sign: string; words: string } {
  const { sign, word } = verdictMarks[verdict];
  return {
    sign: `<span class="sign" aria-hidden="true">${sign}</span>`,
    words: `<strong>${xml(name)}</strong> <span class="word">${word}</span>`,
  };
}

function needsMending({ verdict }: { verdict: CaseVerdict }): boolean {
  return verdict === "fail" || verdict === "warn";
}

/** The same in `id` and `href`: a browser looks for a fragment as it is written first. */
function anchor(result: CaseResult): string {
  return encodeURIComponent(safeText(caseId(result.case)));
}
