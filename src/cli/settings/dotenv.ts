/**
 * The text of an env file with one variable set: its line is replaced where it stands, or added at the end. Comments,
 * order and line ends of the rest stay. The value must survive every reader of such files: it is quoted only when it
 * holds something else than letters, digits and `_-./+=:`.
 */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}=${/^[\w\-./+=:]+$/.test(value) ? value : quoted(value)}`;
  const present = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[^\\r\\n]*`, "m");
  if (present.test(text)) return text.replace(present, () => line);

  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : text + lineEnd;
  return `${start}${line}${lineEnd}`;
}

/** Single quotes keep everything as it is, except for themselves. */
function quoted(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
