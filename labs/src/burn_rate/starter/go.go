// Alarms on an error budget: pages in every minute in which more than 0.1 % failed. Keep the
// past in an array of fixed size: a ring of 4,320 minutes holds three days. Build with TinyGo,
// target wasm-unknown.
package main

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// The last minute had good answers out of total: 0 no alarm, 1 ticket, 2 page.
//
//go:wasmexport on_minute
func onMinute(good, total, nowMin int64) int32 {
	if (total-good)*1000 > total {
		return 2
	}
	return 0
}

func main() {}
