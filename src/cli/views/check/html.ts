import { groups, type CaseResult, type Group } from "../../../check/case.ts";
import { xml } from "../reports/xml-text.ts";
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
<style>${style}</style>
</head>
<body>
<main>
<h1>Contract check</h1>
<p><code>${xml(url)}</code>, <time datetime="${at}">${at.replace("T", " ").slice(0, 19)} UTC</time></p>
<p class="summary ${worst(summary)}">${xml(summaryWords(summary))}</p>
${groups.map((group) => section(group, results)).join("")}</main>
</body>
</html>
`;
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

function item({ case: each, verdict, got }: CaseResult): string {
  const { sign, word } = verdictMarks[verdict];
  const head = `<span class="sign" aria-hidden="true">${sign}</span> <strong>${xml(each.name)}</strong> <span class="word">${word}</span>`;
  const rows: [string, string][] = [
    ["sent", each.sends],
    ["expected", each.expected],
    ["got", got],
    ...(verdict === "fail" || verdict === "warn" ? [["mend", each.advice] satisfies [string, string]] : []),
    ...(each.blindSpot === undefined ? [] : [["not seen", each.blindSpot] satisfies [string, string]]),
  ];
  const list = rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${xml(value)}</dd></div>`).join("");
  const open = verdict === "fail" || verdict === "warn" ? " open" : "";
  return `<li class="${verdict}"><details${open}><summary>${head}</summary><dl>${list}</dl></details></li>`;
}

const style = `
:root { color-scheme: light dark; --text: #1b1b1f; --page: #fff; --faint: #5a5a66; --line: #d9d9e0;
  --pass: #116329; --fail: #b3261e; --warn: #7a4d00; --skip: #5a5a66; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8ee; --page: #16161a; --faint: #a5a5b2; --line: #3a3a44;
  --pass: #6fdd8b; --fail: #ff9d94; --warn: #f0c060; --skip: #a5a5b2; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { margin: 0; } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
code, dd { overflow-wrap: anywhere; }
.summary { font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
summary { padding: .4rem 0; cursor: pointer; }
.word { color: var(--faint); }
.pass .sign, .summary.pass { color: var(--pass); } .fail .sign, .fail .word, .summary.fail { color: var(--fail); }
.warn .sign, .warn .word, .summary.warn { color: var(--warn); } .skip .sign { color: var(--skip); }
.sign { display: inline-block; width: 1.2em; font-weight: 700; }
dl { margin: 0 0 .6rem 1.6rem; } dl div { display: flex; gap: 1rem; }
dt { flex: 0 0 5rem; color: var(--faint); } dd { margin: 0; }
`;
