/* A load balancer that picks any server. Keep what you know of each in a static array: there are
   at most 20, and each dispatcher has a memory of its own. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

int EXPORT(abi_version)(void) { return 1; }

/* The server, 0 to n - 1, for the request that has just arrived. `rand` is uniform in 0..2^53. */
int EXPORT(pick)(int n, i64 now_ns, i64 rand) {
  (void)now_ns;
  return (int)(rand % n);
}

/* A request of yours came back from `server`: `ok` is 1 if it succeeded. */
void EXPORT(on_done)(int server, i64 latency_ns, int ok, i64 now_ns) {
  (void)server;
  (void)latency_ns;
  (void)ok;
  (void)now_ns;
}
