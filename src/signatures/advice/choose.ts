import type { HeaderList } from "../../model/http.ts";
import type { Framework } from "./framework.ts";
import { frameworks } from "./index.ts";

/** What a dump tells of the program that made it. */
export interface Clues {
  /** The name of the dump's format. */
  format: string;
  headers: HeaderList;
  /** The beginning of the dump. */
  head?: Uint8Array | undefined;
}

/** So much of a dump is searched for the names of frameworks. */
const headBytes = 64 * 1024;

/** The framework of a name; `next` is the newer of the two routers. */
export function frameworkNamed(name: string): Framework | undefined {
  const wanted = name.toLowerCase();
  return frameworks.find((framework) => framework.name === (wanted === "next" ? "next-app" : wanted));
}

/**
 * The framework that the receiver seems to use; undefined where the dump does not tell. A guess: it chooses which code
 * is shown and nothing else. Words in the dump tell more than the headers of a host, and those more than a format that
 * several frameworks of a language share.
 */
export function revealedFramework({ format, headers, head }: Clues): Framework | undefined {
  const text = head === undefined ? "" : Buffer.from(head.subarray(0, headBytes)).toString("latin1");
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  return (
    (text === "" ? undefined : frameworks.find(({ revealedBy }) => revealedBy.text?.test(text))) ??
    frameworks.find(({ revealedBy }) => revealedBy.headers?.some((name) => names.has(name))) ??
    frameworks.find(({ revealedBy }) => revealedBy.formats?.includes(format))
  );
}
