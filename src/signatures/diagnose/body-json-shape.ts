import { tryParseJson } from "../../dumps/json.ts";
import type { BodyView, JsonTree } from "./body.ts";
import type { BodyCandidate, Cause } from "./cause.ts";

/** How many parts of an envelope are tried as they stand, and how many of them (the outermost) printed again too. */
const mostParts = 200;
const mostRevealed = 10;

/** The bodies inside of a JSON value: parts of an envelope, and JSON that was written as a string of JSON. */
export function* jsonInside(body: BodyView): Generator<BodyCandidate> {
  const { text, json } = body;
  if (text === undefined || json === undefined) {
    if (text !== undefined) yield* bareString(text);
    return;
  }
  if (json.type === "string") yield inside(json.value, doubleEncoded);
  else yield asString(text);
  let tried = 0;
  for (const { node, path } of parts(json, "")) {
    tried += 1;
    if (tried > mostParts) return;
    const part = node.type === "string" ? node.value : text.slice(node.start, node.end);
    yield { ...inside(part, wrapped(path)), reveals: tried <= mostRevealed };
  }
}

/** Sub-objects, arrays and the strings long enough to be a body, outermost first. */
function* parts(root: JsonTree, rootPath: string): Generator<{ node: JsonTree; path: string }> {
  const queue = [{ node: root, path: rootPath }];
  for (let at = 0; at < queue.length && at < 10_000; at += 1) {
    const { node, path } = queue[at]!;
    if (
      node !== root &&
      (node.type === "string" ? node.value.length > 1 : node.type === "object" || node.type === "array")
    ) {
      yield { node, path };
    }
    if (node.type === "object") {
      for (const { name, value } of node.members)
        queue.push({ node: value, path: path === "" ? name : `${path}.${name}` });
    }
    if (node.type === "array") {
      for (const [index, value] of node.items.entries()) queue.push({ node: value, path: `${path}[${index}]` });
    }
  }
}

/** What a string literal holds without its quotes: a copy from a log, with `\"` for every quote. */
function* bareString(text: string): Generator<BodyCandidate> {
  if (!text.includes('\\"')) return;
  const literal = tryParseJson(`"${text.trim()}"`);
  if (literal?.type === "string") yield inside(literal.value, backslashQuotes);
}

function asString(text: string): BodyCandidate {
  return inside(JSON.stringify(text), signedAsString);
}

function inside(text: string, cause: Cause): BodyCandidate {
  return { bytes: Buffer.from(text, "utf8"), causes: () => [cause], reveals: cause.side === "dump" };
}

const doubleEncoded: Cause = {
  code: "json-double-encoded",
  side: "dump",
  step: "take the text out of the JSON string it stands in",
  summary: "The body was written as a string of JSON: its text is encoded twice.",
  advice: "Log the body as text or base64, not through a second JSON encoder, and verify the raw bytes.",
};

const signedAsString: Cause = {
  code: "json-double-encoded",
  side: "sender",
  step: "write the body as a JSON string",
  summary: "What was signed is the body's text encoded as JSON once more.",
  advice: "Sign the text that is sent: the sender calls its JSON encoder twice before it signs.",
};

const backslashQuotes: Cause = {
  code: "backslash-quotes",
  side: "dump",
  step: "undo the backslashes of a string literal",
  summary: "The body was copied out of a string literal: its quotes carry backslashes.",
  advice: "Copy the body from a place that shows it unescaped, or save it to a file and verify that.",
};

function wrapped(path: string): Cause {
  const name = /^[\w$.[\]-]{1,80}$/.test(path) ? path : "a member";
  return {
    code: "json-wrapped",
    side: "dump",
    step: `take only ${name} out of the JSON around it`,
    summary: `The dump holds an envelope; what was signed is its part ${name}.`,
    advice: "Give verify that part alone, or have the forwarder keep the body as it was received.",
  };
}
