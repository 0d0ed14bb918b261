/* Alarms on an error budget: pages in every minute in which more than 0.1 % failed. Keep the
   past in a static array: a ring of 4,320 minutes holds three days. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

int EXPORT(abi_version)(void) { return 1; }

/* The last minute had `good` answers out of `total`: 0 no alarm, 1 ticket, 2 page. */
int EXPORT(on_minute)(i64 good, i64 total, i64 now_min) {
  (void)now_min;
  return (total - good) * 1000 > total ? 2 : 0;
}
