/**
 * Records the demo on a real terminal and draws what it showed as docs/demo.svg, for the README:
 *
 *   npm run build && node scripts/record.js
 */
import { writeFileSync } from "node:fs";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

const columns = 100;
const cell = { width: 8.4, height: 18 };
const padding = 16;
const background = "#12161c";
const foreground = "#d5dae1";
/** The levels of the cube of colours that begins at 16, as xterm has them; greys begin at 232. The tool uses no others. */
const levels = [0, 95, 135, 175, 215, 255];

const terminal = new xterm.Terminal({ cols: columns, rows: 24, scrollback: 500, allowProposedApi: true });
const demo = spawn(process.execPath, ["examples/demo.js"], {
  cols: columns,
  rows: 24,
  env: { ...process.env, TERM: "xterm-256color", TZ: "UTC" },
});
demo.onData((data) => terminal.write(data));
const code = await new Promise((resolve) => demo.onExit(({ exitCode }) => resolve(exitCode)));
if (code !== 0) throw new Error(`the demo ended with ${code}`);
await new Promise((resolve) => terminal.write("", resolve));

writeFileSync("docs/demo.svg", picture(lines(terminal.buffer.active)));

/** The lines of the whole buffer as runs of equally drawn characters, without empty ones at either end. */
function lines(buffer) {
  const all = Array.from({ length: buffer.length }, (_, row) => runs(buffer.getLine(row)));
  const filled = all.map((line, row) => (line.some(({ text }) => text.trim()) ? row : -1)).filter((row) => row >= 0);
  return all.slice(filled[0], filled.at(-1) + 1);
}

function runs(line) {
  const found = [];
  for (let column = 0; column < line.length; column += 1) {
    const at = line.getCell(column);
    const text = at.getChars() || " ";
    const style = `${at.isFgPalette() ? at.getFgColor() : "-"} ${at.isBold() ? "bold" : ""} ${at.isDim() ? "dim" : ""}`;
    const last = found.at(-1);
    if (last?.style === style) last.text += text;
    else found.push({ column, style, text });
  }
  return found;
}

function picture(rows) {
  const size = { width: columns * cell.width + 2 * padding, height: rows.length * cell.height + 2 * padding };
  const text = rows.flatMap((line, row) => line.filter((run) => run.text.trim()).map((run) => drawn(run, row)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="A recorded run of npm run demo">
<rect width="100%" height="100%" rx="10" fill="${background}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" style="white-space: pre" fill="${foreground}">
${text.join("\n")}
</g>
</svg>
`;
}

function drawn({ column, style, text }, row) {
  const [color, weight, faint] = style.split(" ");
  const start = column + text.length - text.trimStart().length;
  const length = text.trim().length;
  const attributes = [
    `x="${(padding + start * cell.width).toFixed(1)}"`,
    `y="${padding + row * cell.height + 13}"`,
    `textLength="${(length * cell.width).toFixed(1)}"`,
    ...(color === "-" ? [] : [`fill="${paletteColor(Number(color))}"`]),
    ...(weight ? [`font-weight="bold"`] : []),
    ...(faint ? [`opacity="0.6"`] : []),
  ];
  const escaped = text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text ${attributes.join(" ")}>${escaped}</text>`;
}

function paletteColor(index) {
  const at = index - 16;
  const [red, green, blue] =
    index >= 232 ? Array(3).fill(8 + 10 * (index - 232)) : [36, 6, 1].map((step) => levels[Math.floor(at / step) % 6]);
  return `rgb(${red} ${green} ${blue})`;
}
