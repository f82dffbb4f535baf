import xterm from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { LiveScreen, type LiveContent } from "../../../src/cli/screen/live.ts";

/** An output with a terminal emulator behind it, that can be told to take no more. */
function emulated(columns = 40, rows = 10) {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const writes: string[] = [];
  const drained: (() => void)[] = [];
  const waiting = new Set<() => void>();
  const output = {
    isTTY: true,
    columns,
    rows,
    takes: true,
    write(text: string | Uint8Array) {
      writes.push(String(text));
      emulator.write(text, () => waiting.forEach((check) => check()));
      return output.takes;
    },
    once: (_: "drain", listener: () => void) => void drained.push(listener),
  };
  const text = (): string => {
    const { active } = emulator.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)!.translateToString(true));
    return lines.join("\n").trimEnd();
  };
  const shows = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => void (text() === wanted && resolve());
      waiting.add(check);
      check();
    });
  const drain = (): void => {
    output.takes = true;
    for (const listener of drained.splice(0)) listener();
  };
  return { output, writes, text, shows, drain, emulator };
}

function content(block: string[]) {
  const lines: string[] = [];
  const asked = { lines: 0 };
  const live: LiveContent = {
    lines: () => {
      asked.lines += 1;
      return lines.splice(0).join("");
    },
    block: () => block,
  };
  return { live, lines, block, asked };
}

describe("a live screen", () => {
  it("keeps its block below the lines, whatever both do", async () => {
    const { output, shows } = emulated(20, 6);
    const { live, lines, block } = content(["footer 1", "footer 2"]);
    const screen = new LiveScreen(output, live);
    screen.show();
    await shows("footer 1\nfooter 2");
    lines.push("a\n", "b\n");
    screen.changed();
    await shows("a\nb\nfooter 1\nfooter 2");
    block.splice(0, 2, "footer 3");
    screen.changed();
    await shows("a\nb\nfooter 3");
    for (let n = 0; n < 20; n += 1) lines.push(`${n}\n`);
    screen.changed();
    await shows(`a\nb\n${Array.from({ length: 20 }, (_, n) => n).join("\n")}\nfooter 3`);
    lines.push("last\n");
    screen.end();
    await shows(`a\nb\n${Array.from({ length: 20 }, (_, n) => n).join("\n")}\nlast`);
  });

  it("cuts a block that is larger than the window, and a line that is longer", async () => {
    const { output, shows } = emulated(10, 4);
    const { live } = content(["\u001b[31m0123456789abc\u001b[39m", "東京東京東京", "3", "4", "5"]);
    new LiveScreen(output, live).show();
    await shows("012345678\n東京東京\n3");
  });

  it("asks for nothing and writes nothing while the output takes no more, and goes on when it does", async () => {
    const { output, writes, shows, drain } = emulated();
    const { live, lines, asked } = content(["footer"]);
    const screen = new LiveScreen(output, live);
    screen.show();
    await shows("footer");
    output.takes = false;
    lines.push("a\n");
    screen.changed();
    await shows("a\nfooter");
    const before = { writes: writes.length, asked: asked.lines };
    for (let n = 0; n < 1000; n += 1) {
      lines.push(`${n}\n`);
      screen.changed();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect({ writes: writes.length, asked: asked.lines }).toEqual(before);
    lines.splice(0, 999);
    drain();
    await shows("a\n999\nfooter");
  });

  it("draws many changes as one, and the same block not again", async () => {
    const { output, writes, shows } = emulated();
    const { live, lines } = content(["footer"]);
    const screen = new LiveScreen(output, live);
    screen.show();
    await shows("footer");
    const before = writes.length;
    for (let n = 0; n < 500; n += 1) screen.changed();
    lines.push("a\n");
    await shows("a\nfooter");
    expect(writes.length).toBe(before + 1);
  });

  it("shows a page in place of all, and what came meanwhile when it is closed", async () => {
    const { output, shows } = emulated(20, 6);
    const { live, lines } = content(["footer"]);
    const screen = new LiveScreen(output, live);
    screen.show();
    lines.push("before\n");
    screen.changed();
    await shows("before\nfooter");
    screen.showPage((columns, rows) => [`page ${columns}×${rows}`]);
    await shows("page 20×6");
    lines.push("meanwhile\n");
    screen.changed();
    screen.closePage();
    await shows("before\nmeanwhile\nfooter");
  });

  it("leaves the terminal in order, from a page too", async () => {
    const { output, emulator, shows } = emulated(20, 6);
    const screen = new LiveScreen(output, content(["footer"]).live);
    screen.show();
    screen.showPage(() => ["page"]);
    await shows("page");
    const farewell = screen.farewell();
    await new Promise<void>((resolve) => emulator.write(farewell, resolve));
    expect(emulator.buffer.active.type).toBe("normal");
    expect(emulator.modes.bracketedPasteMode).toBe(false);
    screen.hide();
    expect(screen.farewell()).toBe("");
  });
});
