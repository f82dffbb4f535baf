import { createSecretKey, type KeyObject } from "node:crypto";
import { TelepathError } from "./errors.ts";

/**
 * A signing secret that cannot be printed by accident: text, JSON and inspection show its name only.
 *
 * The key is the value's UTF-8 bytes exactly as given, prefix and all; nothing is trimmed or decoded.
 */
export class Secret {
  /** Where it came from, fit to be shown: `TELEPATH_WEBHOOK_SECRET`, `development secret`, a file's path. */
  readonly name: string;
  readonly #value: string;
  #hmacKey: KeyObject | undefined;

  /** @throws TelepathError `EMPTY_SECRET`: an empty or blank key would let anyone sign. */
  constructor(value: string, name: string) {
    if (value.trim() === "") {
      throw new TelepathError(
        "EMPTY_SECRET",
        `the signing secret from ${name} is empty`,
        "give it a value, or take it away; telepath-hooks secret --new --env .env writes a development secret there",
      );
    }
    this.#value = value;
    this.name = name;
  }

  /** The bytes that go into the HMAC. */
  key(): Buffer {
    return Buffer.from(this.#value, "utf8");
  }

  /** The same as `node:crypto` likes it best: made once, so that an HMAC of a small body costs half. */
  hmacKey(): KeyObject {
    this.#hmacKey ??= createSecretKey(this.key());
    return this.#hmacKey;
  }

  /** The value itself: for `secret`, and for the diagnosis, which must look inside. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[secret ${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
