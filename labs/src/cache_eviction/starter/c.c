/* A cache that evicts what came in first. It runs, and it is not good: look at "Loop" and
   "One-hit wonders" after the first run. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

/* The cache has at most 1,000 places, and four times as many in worlds that you change. */
enum { MOST = 4000 };

static int capacity, next;
/* The keys in the order in which they came in, round and round; 0 where there is none yet. */
static i64 ring[MOST];

int EXPORT(abi_version)(void) { return 1; }

/* Called once: the cache has room for this many objects and is empty. */
void EXPORT(configure)(i64 size) { capacity = (int)size; }

/* An object that is in the cache was asked for. */
void EXPORT(on_hit)(i64 key) { (void)key; }

/* An object that is not in the cache was asked for: the key of the one that goes for it, or -1 to
   leave it out. While there is room the answer counts for nothing, unless it is -1. */
i64 EXPORT(on_miss)(i64 key) {
  i64 victim = ring[next];
  ring[next] = key;
  next = (next + 1) % capacity;
  return victim;
}
