import { configVariables } from "./config.ts";

/** The help of an option that the environment or the configuration can settle too. */
export function setting(name: keyof typeof configVariables, what: string, otherwise?: string): string {
  const facts = [...(otherwise === undefined ? [] : [`default: ${otherwise}`]), `env: ${configVariables[name]}`];
  return `${what} (${facts.join("; ")})`;
}
