// Joins: ways to make one value of two that are commutative, associative and idempotent, so that
// devices may meet in any order and as often as they like, and end with the same.

export type Join<T> = (a: T, b: T) => T;
export type Members = Record<string, unknown>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON with sorted members: equal values have equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isMembers(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner) ?? "";
}

const greater = (a: unknown, b: unknown) => (canonical(a) >= canonical(b) ? a : b);

/** Of what nothing is known: all members of both; of two values always the same one. */
export const any: Join<unknown> = (a, b) => {
  if (isMembers(a) && isMembers(b)) return byKey(any)(a, b);
  return isMembers(a) ? a : isMembers(b) ? b : greater(a, b);
};

/** The keys of both; where both have one, `join` decides. */
export const byKey = <T>(join: Join<T>): Join<Record<string, T>> => (a, b) =>
  each(a, b, () => join);

/** Members with joins of their own; the others are joined as `any`. */
export const members = <T extends object>(
  joins: { [K in keyof T]?: Join<NonNullable<T[K]>> },
): Join<T> => (a, b) =>
  each(a as Members, b as Members, (name) =>
    (Object.hasOwn(joins, name) ? joins[name as keyof T] : any) as Join<unknown>) as T;

function each<T>(a: Record<string, T>, b: Record<string, T>, join: (name: string) => Join<T>) {
  // A map, because assigning a member called `__proto__` would do something else.
  const all = new Map(Object.entries(a));
  for (const [name, theirs] of Object.entries(b)) {
    const ours = all.get(name);
    all.set(name, ours === undefined ? theirs : join(name)(ours, theirs));
  }
  return Object.fromEntries(all);
}

/** The named members come together from the later of the two; others are joined as `any`. */
export const latest = <T extends object>(
  names: string[],
  when: (one: T) => number,
): Join<T> => (a, b) => {
  const [ours, theirs] = [split(a, names), split(b, names)];
  const order = when(a) - when(b);
  const later = order > 0 || (order === 0 && canonical(ours.named) >= canonical(theirs.named));
  const rest = any(ours.rest, theirs.rest) as Members;
  return { ...rest, ...(later ? ours.named : theirs.named) } as T;
};

function split(one: object, names: string[]): { named: Members; rest: Members } {
  const all = Object.entries(one);
  const of = (named: boolean) =>
    Object.fromEntries(all.filter(([name]) => names.includes(name) === named));
  return { named: of(true), rest: of(false) };
}
