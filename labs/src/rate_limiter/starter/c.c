/* A rate limiter that admits everything. Keep what you need to know of each tenant in a
   static table: there is no malloc here, and memory is part of the score. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

int EXPORT(abi_version)(void) { return 1; }

/* The contract: one token per interval_ns, at most burst tokens at once. */
void EXPORT(configure)(i64 tenant, i64 interval_ns, i64 burst) {
  (void)tenant;
  (void)interval_ns;
  (void)burst;
}

/* 1 admits the request of `cost` tokens, 0 denies it. */
int EXPORT(allow)(i64 tenant, i64 now_ns, i64 cost) {
  (void)tenant;
  (void)now_ns;
  (void)cost;
  return 1;
}
