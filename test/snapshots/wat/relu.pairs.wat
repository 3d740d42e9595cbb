  ;; y (35,) = elementwise(x (35,)): an expression over its inputs
  ;; size=35 unitSize=35 byColumn=false outputs=1
  (func $elementwise_y (export "kernel0") (param $begin i32) (param $end i32) (param $scratch i32)
    (local $at i32)
    (local $dataEnd i32)
    (local $lastWhole i32)
    (local $x v128) ;; f32x4
    (local $max v128) ;; f32x4
    (local $x_8 v128) ;; f32x4
    (local $max_9 v128) ;; f32x4
    (local $x_10 v128) ;; f32x4
    (local $max_11 v128) ;; f32x4
    (local.set $at (i32.mul (local.get $begin) (i32.const 140)))
    (local.set $dataEnd
      (select
        (i32.mul (local.get $end) (i32.const 140))
        (i32.const 140)
        (i32.lt_u (i32.mul (local.get $end) (i32.const 140)) (i32.const 140))))
    (local.set $lastWhole (i32.sub (local.get $dataEnd) (i32.const 28)))
    (if $if0 (i32.lt_s (local.get $at) (local.get $lastWhole))
      (then
        (loop $loop1
          (local.set $x (v128.load offset=512 (;x;) (local.get $at)))
          (local.set $max
            (f32x4.add
              (f32x4.pmax (local.get $x) (v128.const f32x4 0 0 0 0))
              (v128.const f32x4 0 0 0 0)))
          (local.set $x_8 (v128.load offset=528 (;x+16;) (local.get $at)))
          (local.set $max_9
            (f32x4.add
              (f32x4.pmax (local.get $x_8) (v128.const f32x4 0 0 0 0))
              (v128.const f32x4 0 0 0 0)))
          (v128.store offset=704 (;y;) (local.get $at) (local.get $max))
          (v128.store offset=720 (;y+16;) (local.get $at) (local.get $max_9))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $loop1 (i32.lt_s (local.get $at) (local.get $lastWhole)))
        )
      )
    )
    (if $if2 (i32.lt_s (local.get $at) (local.get $dataEnd))
      (then
        (loop $loop3
          (local.set $x_10 (v128.load32_zero offset=512 (;x;) (local.get $at)))
          (local.set $max_11
            (f32x4.add
              (f32x4.pmax (local.get $x_10) (v128.const f32x4 0 0 0 0))
              (v128.const f32x4 0 0 0 0)))
          (v128.store32_lane offset=704 (;y;) 0 (local.get $at) (local.get $max_11))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br_if $loop3 (i32.lt_s (local.get $at) (local.get $dataEnd)))
        )
      )
    )
  )
