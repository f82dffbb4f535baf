/** An answer by which ngrok refuses: some text, an empty line, the code. */
export interface Refusal {
  Error: string;
}

export function refusal(code: string, text: string): Refusal {
  return { Error: `${text}\r\n\r\n${code}\r\n` };
}

/** Like the real ones, 105 and 107 repeat the token: the text must never reach a user as it is. */
export function tokenMalformed(token: string): Refusal {
  return refusal("ERR_NGROK_105", `The authtoken you gave does not look like one.\nYour authtoken: ${token}`);
}

export function tokenRevoked(token: string): Refusal {
  return refusal("ERR_NGROK_107", `The authtoken is well formed, but not valid.\nYour authtoken: ${token}`);
}

/** The real text has no token in it; this one does, so that nobody relies on that. */
export function tokenWanted(token: string): Refusal {
  return refusal("ERR_NGROK_4018", `This needs a verified account and an authtoken (got "${token}").`);
}

export function sessionLimit(): Refusal {
  return refusal("ERR_NGROK_108", "Your account is limited to 1 simultaneous agent session.\nActive: ts_1 (192.0.2.7)");
}

export function nameTaken(host: string): Refusal {
  return refusal("ERR_NGROK_334", `The endpoint 'https://${host}' is already online.`);
}
