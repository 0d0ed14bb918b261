// Sharding: the key modulo the number of nodes, over a sorted list. It runs, everybody agrees, and
// the keys are even; look at "Movement" after the first run, and at "Weights".

const nodes = [];

// A node joins. Weight 2 should get twice the keys of weight 1.
export function add_node(id, weight) {
  nodes.push(id);
  nodes.sort((a, b) => a - b);
}

// A member leaves.
export function remove_node(id) {
  nodes.splice(nodes.indexOf(id), 1);
}

// The member that holds the key.
export function place(key) {
  return nodes[key % nodes.length];
}
