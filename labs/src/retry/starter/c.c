/* Retries: up to three more attempts at once, whatever the error was. What you want to remember
   between calls goes into a static variable: each client process has a memory of its own. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

enum { OK, TRANSIENT, REJECTED, TIMEOUT, PERMANENT };
static const i64 GIVE_UP = -1;

int EXPORT(abi_version)(void) { return 1; }

/* The delay in ns before the next attempt, or GIVE_UP. */
i64 EXPORT(on_result)(i64 call, int attempt, int outcome, i64 elapsed_ns, i64 left_ns,
                      i64 hint_ns, i64 now_ns, i64 rand) {
  (void)call;
  (void)elapsed_ns;
  (void)left_ns;
  (void)hint_ns;
  (void)now_ns;
  (void)rand;
  return outcome != OK && attempt < 4 ? 0 : GIVE_UP;
}
