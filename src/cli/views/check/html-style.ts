/** The style of the HTML report. Each colour has a contrast of at least 4.5 to its page (WCAG 2.2, 1.4.3). */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1b1b1f; --page: #fff; --faint: #5a5a66; --line: #d9d9e0;
  --pass: #116329; --fail: #b3261e; --warn: #7a4d00; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8ee; --page: #16161a; --faint: #a5a5b2; --line: #3a3a44;
  --pass: #6fdd8b; --fail: #ff9d94; --warn: #f0c060; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1, p { margin: 0 0 .4rem; } h1 { font-size: 1.8rem; line-height: 1.2; } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
code, dd, strong, .brief { overflow-wrap: anywhere; }
.faint, .word, .brief, dt { color: var(--faint); }
p.summary { margin: 1rem 0; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; } section ul { border-top: 1px solid var(--line); }
section li { border-bottom: 1px solid var(--line); }
a { color: inherit; }
nav li, summary { display: flex; } .sign { flex: 0 0 1.2em; font-weight: 700; }
.pass .sign, p.pass { color: var(--pass); }
.fail .sign, .fail .word, p.fail { color: var(--fail); }
.warn .sign, .warn .word, p.warn { color: var(--warn); }
summary { padding: .4rem 0; cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
summary::before { content: "\\25b8" / ""; flex: 0 0 1em; } [open] > summary::before { content: "\\25be" / ""; }
.brief::before { content: "\\b7  " / ""; } [open] .brief { display: none; }
:target { outline: 2px solid var(--faint); outline-offset: 2px; }
dl { margin: 0 0 .8rem 2.2em; } dl div { display: flex; gap: 0 1rem; }
dt { flex: 0 0 5rem; } dd { margin: 0; min-width: 0; }
@media (max-width: 30rem) { dl div { flex-direction: column; margin-bottom: .4rem; } dt { flex: none; } }
@media print { details::details-content { content-visibility: visible; block-size: auto; } }
`;
