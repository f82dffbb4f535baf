/** A key: the character it types, or the name of one that types none. */
export type Key = string;

const sequences: Record<string, Key> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[4~": "end",
  "[5~": "page-up",
  "[6~": "page-down",
  OA: "up",
  OB: "down",
  OC: "right",
  OD: "left",
  OH: "home",
  OF: "end",
};

const controls: Record<string, Key> = {
  "\u0003": "ctrl-c",
  "\u000c": "ctrl-l",
  "\u001a": "ctrl-z",
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007f": "backspace",
  "\b": "backspace",
};

/** Asks the terminal to mark what is pasted, and to do so no more: whoever pastes text means no keys. */
export const pasteMarks = { on: "\u001b[?2004h", off: "\u001b[?2004l" };

/** CSI and SS3 sequences (ECMA-48 §5.4), which keys without a character send. */
const sequence = /^\u001b(\[[0-?]*[ -/]*[@-~]|O[@-~])/;
/** One that goes on in the next piece of input. */
const beginning = /^\u001b(\[[0-?]*[ -/]*|O)$/;

/** Tells keys from what a terminal sends, piece by piece. What is pasted, or not known, is no key. */
export function createKeyReader(): (text: string) => Key[] {
  let rest = "";
  let isPasting = false;
  return (text) => {
    let left = rest + text;
    rest = "";
    const keys: Key[] = [];
    while (left !== "") {
      const [whole, name] = sequence.exec(left) ?? [];
      if (whole === undefined && beginning.test(left)) {
        rest = left;
        break;
      }
      const character = whole ?? String.fromCodePoint(left.codePointAt(0)!);
      left = left.slice(character.length);
      if (name === "[200~" || name === "[201~") isPasting = name === "[200~";
      else if (!isPasting) keys.push(...keyOf(character, name));
    }
    return keys;
  };
}

function keyOf(character: string, name: string | undefined): Key[] {
  if (name !== undefined) return [sequences[name] ?? []].flat();
  if (character === "\u001b") return ["escape"];
  return [controls[character] ?? (character < " " ? [] : character)].flat();
}
