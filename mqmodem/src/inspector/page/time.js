// Times as people read them. All are in microseconds.

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * How long something took, in four digits or so: `45 µs`, `0.3 ms`, `20.0 ms`, `5.00 s`, `2 min 03 s`.
 * @param {number} micros
 */
export function duration(micros) {
  const size = Math.abs(micros);
  const sign = micros < 0 ? "\u2212" : "";
  if (size < 100) return `${sign}${size.toFixed(0)} µs`;
  if (size < 99_950) return `${sign}${(size / 1_000).toFixed(1)} ms`;
  if (size < 999_500) return `${sign}${(size / 1_000).toFixed(0)} ms`;
  if (size < 59_995_000) return `${sign}${(size / SECOND).toFixed(2)} s`;
  const seconds = Math.round(size / SECOND);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(size / MINUTE);
  return `${sign}${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/**
 * The same with its sign: `+0.3 ms`.
 * @param {number} micros
 */
export function since(micros) {
  return micros < 0 ? duration(micros) : `+${duration(micros)}`;
}

/**
 * The time of day where the reader is, to the millisecond: `18:17:39.614`.
 * @param {number} micros since 1970
 */
export function clock(micros) {
  return stamp(micros, 3);
}

/**
 * Day and time where the reader is, to the microsecond.
 * @param {number} micros since 1970
 */
export function exact(micros) {
  const date = new Date(micros / 1_000);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${stamp(micros, 6)}`;
}

/**
 * @param {number} micros
 * @param {number} digits
 */
function stamp(micros, digits) {
  // The offset of the reader's time zone, which summer time changes.
  const offset = new Date(micros / 1_000).getTimezoneOffset() * MINUTE;
  const day = 24 * HOUR;
  const local = (((micros - offset) % day) + day) % day;
  const two = (/** @type {number} */ n) => String(Math.floor(n)).padStart(2, "0");
  const rest = String(Math.floor(local % SECOND)).padStart(6, "0").slice(0, digits);
  return `${two(local / HOUR)}:${two((local % HOUR) / MINUTE)}:${two((local % MINUTE) / SECOND)}.${rest}`;
}

/** A number with its thousands apart. @param {number} value */
export function count(value) {
  return value.toLocaleString("en");
}
