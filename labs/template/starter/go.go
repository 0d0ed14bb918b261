package main

//go:wasmexport abi_version
func abiVersion() int32 { return 1 }

//go:wasmexport decide
func decide(value int64) int32 { return 1 }

func main() {}
