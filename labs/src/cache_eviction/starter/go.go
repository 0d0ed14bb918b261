// A cache that evicts what came in first. It runs, and it is not good: look at "Loop" and
// "One-hit wonders" after the first run. Build with TinyGo, target wasm-unknown.
package main

// The keys in the order in which they came in, round and round; 0 where there is none yet. The
// cache has at most 1,000 places, and four times as many in worlds that you change.
var ring [4000]int64
var capacity, next int

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// Called once: the cache has room for this many objects and is empty.
//
//go:wasmexport configure
func configure(size int64) { capacity = int(size) }

// An object that is in the cache was asked for.
//
//go:wasmexport on_hit
func onHit(key int64) {}

// An object that is not in the cache was asked for: the key of the one that goes for it, or -1 to
// leave it out. While there is room the answer counts for nothing, unless it is -1.
//
//go:wasmexport on_miss
func onMiss(key int64) int64 {
	victim := ring[next]
	ring[next] = key
	next = (next + 1) % capacity
	return victim
}

func main() {}
