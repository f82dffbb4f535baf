/**
 * Takes secrets out of a text that somebody else wrote: as they stand, and as they look inside JSON, a URL or a Basic
 * `Authorization` header. ngrok repeats the authtoken in some of its errors. Secrets are well-formed Unicode.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const shapes = secrets.filter((secret) => secret !== "").flatMap(shapesOf);
  // Longest first: `user:password` must go before `password` breaks it up.
  const longestFirst = [...new Set(shapes)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((result, secret) => result.replaceAll(secret, "[redacted]"), text);
}

function shapesOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inHeader = Buffer.from(secret, "utf8").toString("base64");
  return [secret, inJson, encodeURIComponent(secret), inHeader];
}
