// Retries: up to three more attempts at once, whatever the error was. What you want to remember
// between calls goes into a package variable. Build with TinyGo, target wasm-unknown.
package main

const giveUp int64 = -1
const ok int32 = 0 // 1 transient, 2 refused, 3 no answer, 4 permanent

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

// The delay in ns before the next attempt, or giveUp.
//
//go:wasmexport on_result
func onResult(call int64, attempt, outcome int32, elapsedNs, leftNs, hintNs, nowNs, rand int64) int64 {
	if outcome != ok && attempt < 4 {
		return 0
	}
	return giveUp
}

func main() {}
