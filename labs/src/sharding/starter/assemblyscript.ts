// Sharding: the key modulo the number of nodes, over a sorted list. It runs, everybody agrees, and
// the keys are even; look at "Movement" after the first run, and at "Weights".

const nodes: i64[] = [];

export function abi_version(): i32 {
  return 1;
}

// A node joins. Weight 2 should get twice the keys of weight 1.
export function add_node(id: i64, weight: i32): void {
  nodes.push(id);
  nodes.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

// A member leaves.
export function remove_node(id: i64): void {
  nodes.splice(nodes.indexOf(id), 1);
}

// The member that holds the key.
export function place(key: i64): i64 {
  return nodes[<i32>(key % nodes.length)];
}
