;; A token bucket by debt: what the reference policy decides, in one table of 4,096 tenants.
;;
;; An entry has 32 bytes: tenant i64, last_ns i64, debt_ns i64, interval_ns u32, burst u32.
;; A burst of 0 marks an empty entry. Of eight places the tenant may have, the one that owes
;; nothing first is given away.
(module
  (memory (export "memory") 2)
  (global $latest (mut i64) (i64.const 0))
  (func (export "abi_version") (result i32) i32.const 1)

  ;; Address of the tenant's entry; of the entry to give away if it has none.
  (func $seat (param $tenant i64) (result i32)
    (local $at i32) (local $looks i32) (local $best i32) (local $free i64) (local $least i64)
    (local.set $least (i64.const 0x7fffffffffffffff))
    (local.set $at (i32.wrap_i64 (i64.shr_u
      (i64.mul (local.get $tenant) (i64.const 0x9E3779B97F4A7C15)) (i64.const 52))))
    (loop $next
      (local.set $at (i32.and (local.get $at) (i32.const 4095)))
      (if (i32.and
            (i32.ne (i32.load offset=28 (i32.shl (local.get $at) (i32.const 5))) (i32.const 0))
            (i64.eq (i64.load (i32.shl (local.get $at) (i32.const 5))) (local.get $tenant)))
        (then (return (i32.shl (local.get $at) (i32.const 5)))))
      (local.set $free (i64.add
        (i64.load offset=8 (i32.shl (local.get $at) (i32.const 5)))
        (i64.load offset=16 (i32.shl (local.get $at) (i32.const 5)))))
      (if (i64.lt_s (local.get $free) (local.get $least))
        (then
          (local.set $least (local.get $free))
          (local.set $best (i32.shl (local.get $at) (i32.const 5)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $looks (i32.add (local.get $looks) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $looks) (i32.const 8))))
    local.get $best)

  (func (export "configure") (param $tenant i64) (param $interval i64) (param $burst i64)
    (local $at i32)
    (local.set $at (call $seat (local.get $tenant)))
    (if (i64.ne (i64.load (local.get $at)) (local.get $tenant))
      (then
        (i64.store (local.get $at) (local.get $tenant))
        (i64.store offset=8 (local.get $at) (i64.const 0))
        (i64.store offset=16 (local.get $at) (i64.const 0))))
    (i64.store32 offset=24 (local.get $at) (local.get $interval))
    (i64.store32 offset=28 (local.get $at) (local.get $burst)))

  (func (export "allow") (param $tenant i64) (param $now i64) (param $cost i64) (result i32)
    (local $at i32) (local $elapsed i64) (local $debt i64) (local $price i64) (local $fits i32)
    ;; The clock may step back a little: the latest time seen is the time.
    (if (i64.gt_s (global.get $latest) (local.get $now))
      (then (local.set $now (global.get $latest))))
    (global.set $latest (local.get $now))
    (local.set $at (call $seat (local.get $tenant)))
    (if (i64.ne (i64.load (local.get $at)) (local.get $tenant)) (then (return (i32.const 0))))
    (local.set $elapsed (i64.sub (local.get $now) (i64.load offset=8 (local.get $at))))
    (local.set $debt (i64.load offset=16 (local.get $at)))
    (local.set $debt (select
      (i64.const 0)
      (i64.sub (local.get $debt) (local.get $elapsed))
      (i64.ge_u (local.get $elapsed) (local.get $debt))))
    (local.set $price (i64.add (local.get $debt)
      (i64.mul (local.get $cost) (i64.load32_u offset=24 (local.get $at)))))
    (local.set $fits (i64.le_s (local.get $price) (i64.mul
      (i64.load32_u offset=24 (local.get $at))
      (i64.load32_u offset=28 (local.get $at)))))
    (i64.store offset=8 (local.get $at) (local.get $now))
    (i64.store offset=16 (local.get $at)
      (select (local.get $price) (local.get $debt) (local.get $fits)))
    local.get $fits))
