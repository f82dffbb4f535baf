import type { LatencyBar } from "../../delivery/latency.ts";
import type { Style } from "./style.ts";
import { countText } from "./text.ts";

const blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const usualColumns = 80;
const widestBar = 50;

/** A bar for each step of the times that answers took: `≤ 5 ms  ████▌  1,204  1.2 %`. */
export function latencyChart(bars: readonly LatencyBar[], style: Style): string[] {
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...bars.map(({ count }) => count));
  const names = bars.map(({ toMs }) => `≤ ${stepText(toMs)}`);
  const figures = bars.map(({ count }) => countText(count));
  const [nameWidth, figureWidth] = [names, figures].map((texts) => Math.max(...texts.map(({ length }) => length)));
  const taken = 2 + nameWidth! + 2 + 2 + figureWidth! + 2 + 6;
  const room = Math.max(Math.min((style.columns ?? usualColumns) - 1 - taken, widestBar), 5);
  return bars.map(({ count }, index) => {
    const bar = barText((count / most) * room);
    const filled = style.accent(bar) + " ".repeat(room - bar.length);
    const share = style.faint(shareText(count / total).padStart(6));
    return `  ${names[index]!.padStart(nameWidth!)}  ${filled}  ${figures[index]!.padStart(figureWidth!)}  ${share}`;
  });
}

/** One or more is never nothing. */
function barText(length: number): string {
  const eighths = length === 0 ? 0 : Math.max(Math.round(length * 8), 1);
  return "█".repeat(Math.floor(eighths / 8)) + blocks[eighths % 8]!;
}

function stepText(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${milliseconds / 1000} s`;
  return milliseconds < 3_600_000 ? `${milliseconds / 60_000} m` : `${milliseconds / 3_600_000} h`;
}

function shareText(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1 %";
  const tenths = Math.round(share * 1000);
  return `${(share < 1 ? Math.min(tenths, 999) : tenths) / 10} %`;
}
