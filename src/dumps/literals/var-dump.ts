import type { TelepathError } from "../../model/errors.ts";
import type { JsonNode } from "../format.ts";
import { maxJsonDepth, maxJsonValues } from "../json-parser.ts";
import { unreadable } from "../unreadable.ts";
import { bytesNode, phpArray, textNode, wordNode, type Entry } from "./nodes.ts";

const SPACE = /\s*/y;
const STRING = /[&*]?string\((\d{1,15})\) "/y;
const OPEN = /[&*]?(?:array\(\d+\)|(?:object\([^\n]{1,300}?\)|class [\w\\]{1,200})#\d+ ?\(\d+\)) ?\{/y;
const SCALAR =
  /[&*]?(?:(?:int|float|double|bool|enum|uninitialized)\(([^\n]{0,200}?)\)|(NULL|null)|(\*RECURSION\*|resource\(\d+\) of type \([^)\n]{0,100}\)))/y;
const KEY = /\["([^\n]{0,4096}?)"(?::[^\]\n]{1,200})?\]=>\s*|\[(-?\d+)\]=>\s*/y;
/** Xdebug's own print has `'key' =>`, `0 =>` and `public $key =>`. */
const XDEBUG_KEY = /'([^'\n]{0,4096})' =>\s*|(\d+) =>\s*|(?:public|protected|private) \$(\w{1,200}) =>\s*/y;

/**
 * Reads PHP's `var_dump`, Xdebug's version of it too. Each string comes with its length in bytes, so that whatever is
 * in it is taken as it stands. The text is bytes, one character each.
 *
 * @see https://www.php.net/manual/en/function.var-dump.php
 */
export class VarDumpParser {
  at: number;
  private readonly text: string;
  private values = 0;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** @throws TelepathError `BROKEN_DUMP` with the offset when no printed value stands here. */
  value(depth = 1): JsonNode {
    this.values += 1;
    if (depth > maxJsonDepth) throw this.broken(`nested deeper than ${maxJsonDepth} levels`);
    if (this.values > maxJsonValues) throw this.broken(`more than ${maxJsonValues} values`);
    const string = this.take(STRING);
    if (string) return this.string(Number(string[1]));
    if (this.take(OPEN)) return this.entries(depth);
    const scalar = this.take(SCALAR);
    if (scalar === undefined) throw this.broken("expected a printed value such as string(2) or array(1)");
    return scalar[1] === undefined ? (scalar[2] ? wordNode("null") : textNode(scalar[3] ?? "")) : wordNode(scalar[1]);
  }

  private entries(depth: number): JsonNode {
    const entries: Entry[] = [];
    for (this.take(SPACE); this.text[this.at] !== "}"; this.take(SPACE)) {
      const key = this.take(KEY) ?? this.take(XDEBUG_KEY);
      if (key === undefined) throw this.broken('expected ["key"]=>');
      entries.push({ key: key[1] ?? key[2] ?? key[3], value: this.value(depth + 1) });
    }
    this.at += 1;
    return phpArray(entries);
  }

  private string(length: number): JsonNode {
    const start = this.at;
    const end = start + length;
    if (this.text[end] === '"' && /[\r\n]|^$/.test(this.text.slice(end + 1, end + 2))) {
      this.at = end + 1;
      return bytesNode(this.bytes(start, end));
    }
    return this.changedString(start, length);
  }

  /** The length is another than printed: line ends were changed on the way, or Xdebug cut the string. */
  private changedString(start: number, length: number): JsonNode {
    const found = /"(?:\.\.\.)?(?=\r?\n|$)/g;
    found.lastIndex = start;
    const close = found.exec(this.text);
    if (close === null) {
      this.at = this.text.length;
      throw this.broken("expected the closing quote of a string");
    }
    this.at = found.lastIndex;
    const bytes = this.bytes(start, close.index);
    const unixLines = Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
    if (unixLines.length === length) return bytesNode(unixLines);
    const cut = bytes.length < length ? { cut: { of: length } } : {};
    return textNode(bytes.toString("utf8"), { held: "text", bytes, ...cut });
  }

  private bytes(start: number, end: number): Buffer {
    return Buffer.from(this.text.slice(start, end), "latin1");
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text) ?? undefined;
    if (match) this.at += match[0].length;
    return match;
  }

  private broken(what: string): TelepathError {
    return unreadable(`offset ${this.at}: ${what}`);
  }
}
