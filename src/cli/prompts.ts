import { TelepathError } from "../model/errors.ts";
import type { Context, Output } from "./context.ts";
import { Interrupted } from "./errors.ts";
import type { Style } from "./views/style.ts";

/** Questions to a person at a terminal. Every one of them has a flag that answers it beforehand. */
export interface Prompts {
  /** One of a list, chosen with the arrow keys or by typing a part of it. */
  choose<Value>(question: string, choices: { name: string; value: Value; description?: string }[]): Promise<Value>;
  /** Text that is not shown while it is typed. */
  askSecret(question: string): Promise<string>;
}

/** Prompts drawn by inquirer on stderr, so that stdout stays data. Ctrl-C throws `Interrupted`. */
export async function terminalPrompts(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream & Output,
  { env, signal }: { env: Context["env"]; signal: AbortSignal },
): Promise<Prompts> {
  const [{ default: inquirer }, { styleFor }] = await Promise.all([import("inquirer"), import("./views/style.ts")]);
  const prompt = inquirer.createPromptModule({ input, output, signal });
  const theme = themeOf(styleFor(output, { env }, {}));

  async function ask<Value>(question: object): Promise<Value> {
    try {
      const answers: unknown = await prompt([{ name: "answer", theme, ...question }] as never);
      return (answers as { answer: Value }).answer;
    } catch (error) {
      if (error instanceof Error && /^(ExitPromptError|AbortPromptError)$/.test(error.name)) throw new Interrupted();
      throw new TelepathError("PROMPT_FAILED", "the question could not be asked on this terminal", undefined, {
        cause: error,
      });
    }
  }

  return {
    choose: (message, choices) => ask({ type: "select", message, choices, loop: false, pageSize: 12 }),
    askSecret: (message) => ask({ type: "password", message, mask: "*" }),
  };
}

/** Our colours in place of inquirer's, of which cyan is hardly seen on white. */
function themeOf(style: Style): object {
  const accent = (text: string): string => style.accent(text);
  const faint = (text: string): string => style.faint(text);
  return {
    prefix: { idle: accent("?"), done: style.good("✔") },
    style: {
      answer: accent,
      message: (text: string) => style.strong(text),
      error: (text: string) => style.bad(`> ${text}`),
      help: faint,
      highlight: accent,
      description: faint,
      keysHelpTip: (keys: [string, string][]) =>
        keys.map(([key, action]) => `${style.strong(key)} ${faint(action)}`).join(faint(" • ")),
    },
  };
}
