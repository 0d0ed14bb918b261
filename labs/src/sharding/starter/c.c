/* Sharding: the key modulo the number of nodes. It runs, and it is not good: clients that heard of
   the nodes in another order disagree, and weights are ignored. There is no malloc here; a table
   of fixed size is enough. */

#define EXPORT(name) __attribute__((export_name(#name))) name

typedef long long i64;

/* Members, in the order in which they came; at most 256 at once. */
static i64 nodes[256];
static int count;

int EXPORT(abi_version)(void) { return 1; }

/* A node joins. Weight 2 should get twice the keys of weight 1. */
void EXPORT(add_node)(i64 id, int weight) {
  (void)weight;
  if (count < 256) nodes[count++] = id;
}

/* A member leaves. */
void EXPORT(remove_node)(i64 id) {
  int kept = 0;
  for (int i = 0; i < count; i++) {
    if (nodes[i] != id) nodes[kept++] = nodes[i];
  }
  count = kept;
}

/* The member that holds the key. */
i64 EXPORT(place)(i64 key) { return nodes[key % count]; }
