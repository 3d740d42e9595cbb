  ;; y (2, 3, 3, 4) = maxPool2d(x (2, 6, 6, 4)): y = maximum of x over the window; padding never wins, NaN does
  ;; x=[2,6,6,4] y=[2,3,3,4] window=[2,2] strides=[2,2] pads=[[0,0],[0,0]] padded=false
  ;; pooling={combine:max,identity:-Infinity,winner:[equalsResult,isNaN]} divisor=window
  (func $maxPool2d_y (export "kernel0") (param $begin i32) (param $end i32) (param $scratch i32)
    (local $offsetY i32)
    (local $windowX i32)
    (local $rowFirst i32)
    (local $rowLast i32)
    (local $columnFirst i32)
    (local $columnLast i32)
    (local $unit i32)
    (local $h i32)
    (local $w i32)
    (local $left i32)
    (local $acc v128) ;; f32x4
    (local $channelBytes i32)
    (local.set $unit (local.get $begin))
    (local.set $offsetY (i32.mul (local.get $unit) (i32.const 48)))
    (if $if0 (i32.lt_s (local.get $unit) (local.get $end))
      (then
        (loop $loop1
          (local.set $h
            (i32.sub
              (i32.mul (i32.rem_u (local.get $unit) (i32.const 3)) (i32.const 2))
              (i32.const 0)))
          (local.set $windowX
            (i32.mul
              (i32.sub
                (i32.mul
                  (i32.add
                    (i32.mul (i32.div_u (local.get $unit) (i32.const 3)) (i32.const 6))
                    (local.get $h))
                  (i32.const 6))
                (i32.const 0))
              (i32.const 16)))
          (local.set $w (i32.const 0))
          (local.set $left (i32.const 3))
          (loop $loop2
            (local.set $channelBytes (i32.const 0))
            (local.set $acc (v128.const f32x4 -inf -inf -inf -inf))
            (local.set $acc
              (f32x4.max
                (local.get $acc)
                (v128.load offset=512 (;x;)
                  (i32.add (local.get $windowX) (local.get $channelBytes)))))
            (local.set $acc
              (f32x4.max
                (local.get $acc)
                (v128.load offset=528 (;x+16;)
                  (i32.add (local.get $windowX) (local.get $channelBytes)))))
            (local.set $acc
              (f32x4.max
                (local.get $acc)
                (v128.load offset=608 (;x+96;)
                  (i32.add (local.get $windowX) (local.get $channelBytes)))))
            (local.set $acc
              (f32x4.max
                (local.get $acc)
                (v128.load offset=624 (;x+112;)
                  (i32.add (local.get $windowX) (local.get $channelBytes)))))
            (v128.store offset=1664 (;y;)
              (i32.add (local.get $offsetY) (local.get $channelBytes))
              (local.get $acc))
            (local.set $channelBytes (i32.add (local.get $channelBytes) (i32.const 16)))
            (local.set $offsetY (i32.add (local.get $offsetY) (i32.const 16)))
            (local.set $windowX (i32.add (local.get $windowX) (i32.const 32)))
            (local.set $w (i32.add (local.get $w) (i32.const 2)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $loop2 (local.get $left))
          )
          (local.set $unit (i32.add (local.get $unit) (i32.const 1)))
          (br_if $loop1 (i32.lt_s (local.get $unit) (local.get $end)))
        )
      )
    )
  )
