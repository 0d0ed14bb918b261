;; A policy that never answers.
(module
  (func (export "abi_version") (result i32) i32.const 1)
  (func (export "configure") (param i64 i64 i64))
  (func (export "allow") (param i64 i64 i64) (result i32) (loop (br 0)) unreachable))
