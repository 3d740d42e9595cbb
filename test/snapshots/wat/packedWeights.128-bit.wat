  ;; w/packed (41472,) = packWeights(w (3, 3, 64, 72)): (KH, KW, C/G, O) in panels of one tile of filters, taps inside
  ;; copies=1 fill=none elements=41472
  (func $packWeights_w/packed (export "kernel0") (param $begin i32) (param $end i32) (param $scratch i32)
    (local $to i32)
    (local $from i32)
    (local $unit i32)
    (local $left i32)
    (local $moved0 v128) ;; f32x4
    (local $moved1 v128) ;; f32x4
    (local.set $unit (local.get $begin))
    (local.set $to (i32.add (i32.mul (local.get $unit) (i32.const 18432)) (i32.const 166400)))
    (local.set $from (i32.add (i32.mul (local.get $unit) (i32.const 32)) (i32.const 512)))
    (if $if0 (i32.lt_s (local.get $unit) (local.get $end))
      (then
        (loop $loop1
          (local.set $left (i32.const 576))
          (loop $loop2
            (local.set $moved0 (v128.load (local.get $from)))
            (local.set $moved1 (v128.load offset=16 (local.get $from)))
            (v128.store (local.get $to) (local.get $moved0))
            (v128.store offset=16 (local.get $to) (local.get $moved1))
            (local.set $to (i32.add (local.get $to) (i32.const 32)))
            (local.set $from (i32.add (local.get $from) (i32.const 288)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $loop2 (local.get $left))
          )
          (local.set $to (i32.add (local.get $to) (i32.const -18432)))
          (local.set $from (i32.add (local.get $from) (i32.const -165888)))
          (local.set $to (i32.add (local.get $to) (i32.const 18432)))
          (local.set $from (i32.add (local.get $from) (i32.const 32)))
          (local.set $unit (i32.add (local.get $unit) (i32.const 1)))
          (br_if $loop1 (i32.lt_s (local.get $unit) (local.get $end)))
        )
      )
    )
  )
