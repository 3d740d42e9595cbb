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
    (local $at i32)
    (local $unit i32)
    (local $h i32)
    (local $w i32)
    (local $left i32)
    (local $channelBytes i32)
    (local $chosen0 v128) ;; f32x4
    (local $signs0 v128) ;; i32x4
    (local $unordered0 v128) ;; i32x4
    (local $pixel0 v128) ;; f32x4
    (local $result0 v128) ;; f32x4
    (local $magnitude v128) ;; i32x4
    (local $sign v128) ;; i32x4
    (local.set $sign (v128.const i32x4 -2147483648 -2147483648 -2147483648 -2147483648))
    (local.set $magnitude (v128.const i32x4 2147483647 2147483647 2147483647 2147483647))
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
            (local.set $chosen0 (v128.const f32x4 -inf -inf -inf -inf))
            (local.set $signs0 (v128.const f32x4 -inf -inf -inf -inf))
            (local.set $unordered0 (v128.const i32x4 0 0 0 0))
            (local.set $at (i32.add (local.get $windowX) (local.get $channelBytes)))
            (local.set $pixel0 (v128.load offset=512 (;x;) (local.get $at)))
            (local.set $chosen0 (f32x4.pmax (local.get $chosen0) (local.get $pixel0)))
            (local.set $signs0 (v128.and (local.get $signs0) (local.get $pixel0)))
            (local.set $unordered0
              (v128.or (local.get $unordered0) (f32x4.ne (local.get $pixel0) (local.get $pixel0))))
            (local.set $at (i32.add (local.get $windowX) (local.get $channelBytes)))
            (local.set $pixel0 (v128.load offset=528 (;x+16;) (local.get $at)))
            (local.set $chosen0 (f32x4.pmax (local.get $chosen0) (local.get $pixel0)))
            (local.set $signs0 (v128.and (local.get $signs0) (local.get $pixel0)))
            (local.set $unordered0
              (v128.or (local.get $unordered0) (f32x4.ne (local.get $pixel0) (local.get $pixel0))))
            (local.set $at (i32.add (local.get $windowX) (local.get $channelBytes)))
            (local.set $pixel0 (v128.load offset=608 (;x+96;) (local.get $at)))
            (local.set $chosen0 (f32x4.pmax (local.get $chosen0) (local.get $pixel0)))
            (local.set $signs0 (v128.and (local.get $signs0) (local.get $pixel0)))
            (local.set $unordered0
              (v128.or (local.get $unordered0) (f32x4.ne (local.get $pixel0) (local.get $pixel0))))
            (local.set $at (i32.add (local.get $windowX) (local.get $channelBytes)))
            (local.set $pixel0 (v128.load offset=624 (;x+112;) (local.get $at)))
            (local.set $chosen0 (f32x4.pmax (local.get $chosen0) (local.get $pixel0)))
            (local.set $signs0 (v128.and (local.get $signs0) (local.get $pixel0)))
            (local.set $unordered0
              (v128.or (local.get $unordered0) (f32x4.ne (local.get $pixel0) (local.get $pixel0))))
            (local.set $at (i32.add (local.get $offsetY) (local.get $channelBytes)))
            (local.set $result0
              (v128.or
                (v128.or
                  (v128.and (local.get $chosen0) (local.get $magnitude))
                  (v128.and (local.get $signs0) (local.get $sign)))
                (local.get $unordered0)))
            (v128.store offset=1664 (;y;) (local.get $at) (local.get $result0))
            (local.set $chosen0 (v128.const f32x4 0 0 0 0))
            (local.set $pixel0 (v128.const f32x4 0 0 0 0))
            (local.set $result0 (v128.const f32x4 0 0 0 0))
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
