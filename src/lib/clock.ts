/** A point in time as RFC 3339 in UTC with microseconds, `2026-03-05T12:34:56.789012Z`: text order is time order. */
export type Timestamp = string;

let lastMicros = 0;

/** The current time. Within a process no two calls return the same value and none goes back, whatever the clock does. */
export function now(): Timestamp {
  const micros = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  lastMicros = Math.max(micros, lastMicros + 1);
  return timestampOfMicros(lastMicros);
}

/** `milliseconds` after (or, negative, before) the current time. Does not advance `now()`. */
export function fromNow(milliseconds: number): Timestamp {
  return timestampOfMicros((Date.now() + Math.round(milliseconds)) * 1000);
}

function timestampOfMicros(micros: number): Timestamp {
  const milliseconds = Math.floor(micros / 1000);
  const rest = String(micros - milliseconds * 1000).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(?:([Zz])|([+\- ]?)(\d\d):?(\d\d))?)?$/;

/**
 * Reads RFC 3339 or ISO 8601 text: a date alone is its midnight, no offset means UTC, and a space where the `+` of an
 * offset was lost in a URL stands for it. Null = not a point in time. Digits below a microsecond are dropped.
 */
export function timestampOfText(text: string): Timestamp | null {
  const match = DATE_TIME.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', , sign, hours, minutes] = match;
  const wall = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  // 30 February is accepted by Date and moved to March.
  if (Number.isNaN(wall.getTime()) || wall.getUTCDate() !== Number(day)) return null;
  const offsetMinutes = hours === undefined ? 0 : Number(hours) * 60 + Number(minutes);
  if (offsetMinutes > 24 * 60) return null;
  const milliseconds = wall.getTime() - (sign === '-' ? -offsetMinutes : offsetMinutes) * 60_000;
  return timestampOfMicros(milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)));
}
