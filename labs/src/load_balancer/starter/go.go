// A load balancer that picks any server. Keep what you know of each in an array of fixed size:
// there are at most 20, and each dispatcher has a memory of its own. Build with TinyGo, target
// wasm-unknown.
package main

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// The server, 0 to n - 1, for the request that has just arrived. rand is uniform in 0..2^53.
//
//go:wasmexport pick
func pick(n int32, nowNs, rand int64) int32 { return int32(rand % int64(n)) }

// A request of yours came back from server: ok is 1 if it succeeded.
//
//go:wasmexport on_done
func onDone(server int32, latencyNs int64, ok int32, nowNs int64) {}

func main() {}
