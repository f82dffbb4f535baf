/**
 * The rows of comma-separated values (RFC 4180): cells may be quoted, and then hold line ends and doubled quotes. Rows
 * end in LF or CRLF. What follows a closing quote within its cell is kept.
 */
export function parseCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"' && cell === "") {
      const end = closingQuote(text, at + 1);
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      const next = nextBreak(text, at, separator);
      cell += text.slice(at, next).replace(/\r$/, "");
      at = next;
    } else {
      const next = nextBreak(text, at, separator);
      cell = text.slice(at, next).replace(/\r$/, "");
      at = next;
    }
    row.push(cell);
    cell = "";
    if (text.charAt(at) === separator && at + 1 < text.length) at += 1;
    else {
      if (text.charAt(at) === separator) row.push("");
      if (row.length > 1 || row[0] !== "") rows.push(row);
      row = [];
      at += 1;
    }
  }
  return rows;
}

function closingQuote(text: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return text.length;
    if (text.charAt(quote + 1) !== '"') return quote;
    at = quote + 2;
  }
}

function nextBreak(text: string, from: number, separator: string): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === separator || character === "\n") return at;
  }
  return text.length;
}
