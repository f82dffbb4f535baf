/** One header as it stood on the wire. A value's characters are bytes (latin1), as `node:http` hands them over. */
export type Header = readonly [name: string, value: string];

/** Headers in order, with their case and their repetitions. */
export type HeaderList = readonly Header[];

/** A request as it was, or is to be, on the wire. The body is bytes and is never parsed and written again. */
export interface HttpRequest {
  method: string;
  /** The request target as sent: path and query (RFC 9112 §3.2). */
  target: string;
  headers: HeaderList;
  body: Uint8Array;
}

export interface HttpResponse {
  status: number;
  headers: HeaderList;
  body: Uint8Array;
}

/** Every value of a header, in order. */
export function headerValues(headers: HeaderList, name: string): string[] {
  const values: string[] = [];
  for (const [candidate, value] of headers) if (isSameName(candidate, name)) values.push(value);
  return values;
}

/** The first value of a header, or undefined. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  for (const [candidate, value] of headers) if (isSameName(candidate, name)) return value;
  return undefined;
}

/** Names compare without case (RFC 9110 §5.1); those of another length need not be looked at. */
export function isSameName(one: string, other: string): boolean {
  return one.length === other.length && one.toLowerCase() === other.toLowerCase();
}

/**
 * The same list with one header of that name: the first one's place and case are kept, further ones go,
 * and a header that was not there comes last.
 */
export function withHeader(headers: HeaderList, name: string, value: string): HeaderList {
  const at = headers.findIndex(([candidate]) => isSameName(candidate, name));
  if (at === -1) return [...headers, [name, value]];
  return headers.flatMap((header, index): Header[] => {
    if (!isSameName(header[0], name)) return [header];
    return index === at ? [[header[0], value]] : [];
  });
}

/**
 * The same list with other headers added: those of one name replace what stood there of it, in the place of the first,
 * and one that is added twice is there twice.
 */
export function withHeaders(headers: HeaderList, added: HeaderList): HeaderList {
  if (added.length === 0) return headers;
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...names].reduce(
    (result, name) =>
      replaced(
        result,
        added.filter(([candidate]) => isSameName(candidate, name)),
      ),
    headers,
  );
}

function replaced(headers: HeaderList, values: HeaderList): HeaderList {
  const [[name, first], ...more] = values as [Header, ...Header[]];
  const result = [...withHeader(headers, name, first)];
  const at = result.findIndex(([candidate]) => isSameName(candidate, name));
  result.splice(at + 1, 0, ...more);
  return result;
}

/** `rawHeaders` of `node:http` (name, value, name, value, …) as a list of pairs. */
export function pairHeaders(flat: readonly string[]): HeaderList {
  const headers: Header[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) headers.push([flat[index]!, flat[index + 1]!]);
  return headers;
}
