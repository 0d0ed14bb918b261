// Sharding: the key modulo the number of nodes. It runs, and it is not good: clients that heard of
// the nodes in another order disagree, and weights are ignored. Build with TinyGo, target
// wasm-unknown.
package main

// Members, in the order in which they came; at most 256 at once.
var nodes [256]int64
var count int

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// A node joins. Weight 2 should get twice the keys of weight 1.
//
//go:wasmexport add_node
func addNode(id int64, weight int32) {
	if count < len(nodes) {
		nodes[count] = id
		count++
	}
}

// A member leaves.
//
//go:wasmexport remove_node
func removeNode(id int64) {
	kept := 0
	for _, node := range nodes[:count] {
		if node != id {
			nodes[kept] = node
			kept++
		}
	}
	count = kept
}

// The member that holds the key.
//
//go:wasmexport place
func place(key int64) int64 { return nodes[key%int64(count)] }

func main() {}
