/* A circuit breaker that never opens. Keep what you know of each shard in a static array: there
   are at most 4,000, and each caller has a memory of its own. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

int EXPORT(abi_version)(void) { return 1; }

/* A call to `shard` is wanted: 1 sends it, 0 refuses it. `rand` is uniform in 0..2^53. */
int EXPORT(allow)(int shard, i64 now_ns, i64 rand) {
  (void)shard;
  (void)now_ns;
  (void)rand;
  return 1;
}

/* A call of yours to `shard` has ended after `latency_ns`: `ok` is 1 if it succeeded. */
void EXPORT(on_result)(int shard, int ok, i64 latency_ns, i64 now_ns) {
  (void)shard;
  (void)ok;
  (void)latency_ns;
  (void)now_ns;
}
