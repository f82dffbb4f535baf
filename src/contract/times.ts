/** ISO 8601 as payloads use it: date, `T`, time, fraction, and an offset. */
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)$/;
/** Years 2001 to 2286, in seconds and in milliseconds: what is outside is no time of a call. */
const secondsForm = /^\d{10}(?:\.\d+)?$/;
const millisecondsForm = /^\d{13}$/;

/**
 * What a value seems to be that is meant as a time and is not ISO 8601, with the ISO form where it can be told; empty
 * when nothing is known of it, undefined when it is ISO 8601.
 */
export function timeHint(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const text = String(value).slice(0, 100);
  if (iso.test(text)) return undefined;
  if (secondsForm.test(text)) return `it looks like Unix seconds, ${isoText(Number(text) * 1000)}`;
  if (millisecondsForm.test(text)) return `it looks like Unix milliseconds, ${isoText(Number(text))}`;
  if (/^\d{4}-\d\d-\d\d \d/.test(text)) return 'there is a space where "T" belongs';
  if (/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text)) return "it has no time zone: Z is missing";
  const isDate = typeof value === "string" && /[A-Za-z]{3}|\d\/\d/.test(text) && !Number.isNaN(Date.parse(text));
  return isDate ? "it is a date in another form" : "";
}

function isoText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000", "");
}
