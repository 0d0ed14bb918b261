// A circuit breaker that never opens. Keep what you know of each shard in an array of fixed size:
// there are at most 4,000, and each caller has a memory of its own. Build with TinyGo, target
// wasm-unknown.
package main

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// A call to shard is wanted: 1 sends it, 0 refuses it. rand is uniform in 0..2^53.
//
//go:wasmexport allow
func allow(shard int32, nowNs, rand int64) int32 { return 1 }

// A call of yours to shard has ended after latencyNs: ok is 1 if it succeeded.
//
//go:wasmexport on_result
func onResult(shard, ok int32, latencyNs, nowNs int64) {}

func main() {}
