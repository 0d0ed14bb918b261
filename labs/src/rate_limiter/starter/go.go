// A rate limiter that admits everything. Keep what you need to know of each tenant in an
// array of fixed size: memory is part of the score. Build with TinyGo, target wasm-unknown.
package main

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// The contract: one token per intervalNs, at most burst tokens at once.
//
//go:wasmexport configure
func configure(tenant, intervalNs, burst int64) {}

// 1 admits the request of cost tokens, 0 denies it.
//
//go:wasmexport allow
func allow(tenant, nowNs, cost int64) int32 { return 1 }

func main() {}
