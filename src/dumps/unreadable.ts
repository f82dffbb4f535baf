import { TelepathError } from "../model/errors.ts";

/**
 * The error of a text that is not what it was tried as. To try is how forms and values are told apart, so that most of
 * these are answers which nobody sees: they have no stack, which takes longer to gather than many a value to read.
 */
export function unreadable(message: string, code = "BROKEN_DUMP"): TelepathError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return new TelepathError(code, message);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
