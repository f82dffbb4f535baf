import { TelepathError } from "../model/errors.ts";
import { Interrupted } from "./errors.ts";

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
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<Prompts> {
  const { default: inquirer } = await import("inquirer");
  const prompt = inquirer.createPromptModule({ input, output, signal });

  async function ask<Value>(question: object): Promise<Value> {
    try {
      const answers: unknown = await prompt([{ name: "answer", ...question }] as never);
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
