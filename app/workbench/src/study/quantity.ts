// Numbers with units, as people type them: "50", "50 ms", "1,200 requests", "0.05s", "6 %".

/** Units by dimension, each with its size in the dimension's first unit. */
const DIMENSIONS: Record<string, number>[] = [
  { s: 1, ns: 1e-9, µs: 1e-6, us: 1e-6, ms: 1e-3, min: 60, h: 3600, d: 86_400 },
  { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  { "%": 1, ppm: 1e-4 },
];

export type Parsed = { ok: true; value: number } | { ok: false; why: string };

const dimensionOf = (unit: string) => DIMENSIONS.find((units) => unit in units);

/** The number that was typed, in `unit`; a number without a unit is taken as one of `unit`. */
export function parse(text: string, unit: string): Parsed {
  const match = text
    .trim()
    .replace(/−/g, "-")
    .match(/^([-+]?[\d,\u00a0 ']*\.?\d+(?:e[-+]?\d+)?)\s*([^\d\s]\S*(?: .*)?)?$/i);
  const value = Number(match?.[1]?.replace(/[,\u00a0 ']/g, ""));
  if (!match || !Number.isFinite(value)) return { ok: false, why: "Type a number, such as 12.5." };
  const typed = match[2]?.trim() ?? "";
  if (!typed || same(typed, unit)) return { ok: true, value };
  const units = dimensionOf(unit);
  const factor = units?.[typed];
  if (!units || factor === undefined) {
    const wanted = unit || "a number without a unit";
    return { ok: false, why: `${typed} is not what is asked for: answer in ${wanted}.` };
  }
  return { ok: true, value: (value * factor) / (units[unit] ?? 1) };
}

/** "requests" and "request", "Min" and "min" are the same. */
function same(typed: string, unit: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/s$/, "").replace(/\.$/, "");
  return plain(typed) === plain(unit);
}
