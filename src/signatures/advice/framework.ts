/** A web framework, with the code that checks a Telepath signature in it. */
export interface Framework {
  /** As `--framework` takes it. */
  name: string;
  /** As its users write it. */
  title: string;
  /** For a fenced code block. */
  language: "js" | "ts" | "python" | "ruby" | "php" | "go" | "java";
  /** What a dump made by an application in this framework shows. */
  revealedBy: Evidence;
  /**
   * Code that reads the raw body, compares `X-Telepath-Signature` in constant time, refuses to run without a secret, and
   * takes the secret from `TELEPATH_WEBHOOK_SECRET`. Lines of 76 characters at most; no line end at the end.
   */
  code: string;
}

export interface Evidence {
  /** Names of dump formats. */
  formats?: readonly string[];
  /** Names of request headers, in lower case. */
  headers?: readonly string[];
  /** Text that stands in the dump outside of the request. Must be linear: a dump may come from a stranger. */
  text?: RegExp;
}
