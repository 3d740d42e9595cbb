  ;; y (1, 2, 2, 8) = directConv2d(x (1, 4, 4, 1), w (3, 3, 1, 8)): y[n,oh,ow,o] = sum over kh,kw,c of x[n, oh*sh + kh*dh, ow*sw + kw*dw, c] w[kh,kw,c,o]
  ;; x=[1,4,4,1] w=[3,3,1,8] y=[1,2,2,8] strides=[1,1] dilation=[1,1] groups=1 run=3 runsPerRow=1
  ;; columns={full:0,vectors:4,rest:8,restVectors:2} rowTiles=[2] rowBuffer=false packed=false
  ;; winograd=turned off
  (func $directConv2d_y (export "kernel0") (param $begin i32) (param $end i32) (param $scratch i32)
    (local $firstColumn i32)
    (local $panel i32)
    (local $columnBytes i32)
    (local $unit i32)
    (local $rowX i32)
    (local $offsetY i32)
    (local $ptrX i32)
    (local $ptrW i32)
    (local $acc0_0 v128) ;; f32x4
    (local $acc0_1 v128) ;; f32x4
    (local $acc1_0 v128) ;; f32x4
    (local $acc1_1 v128) ;; f32x4
    (local $left i32)
    (local $b0 v128) ;; f32x4
    (local $b1 v128) ;; f32x4
    (local $a0 v128) ;; f32x4
    (local $a1 v128) ;; f32x4
    (local.set $firstColumn (i32.const 0))
    (local.set $panel (i32.const 512))
    (local.set $columnBytes (i32.mul (local.get $firstColumn) (i32.const 4)))
    (local.set $unit (local.get $begin))
    (if $if0 (i32.lt_s (local.get $unit) (local.get $end))
      (then
        (loop $loop1
          (local.set $rowX
            (i32.mul
              (i32.add
                (i32.mul (i32.div_u (local.get $unit) (i32.const 2)) (i32.const 4))
                (i32.rem_u (local.get $unit) (i32.const 2)))
              (i32.const 16)))
          (local.set $offsetY
            (i32.add (i32.mul (local.get $unit) (i32.const 64)) (local.get $columnBytes)))
          (local.set $acc0_0 (v128.const f32x4 0 0 0 0))
          (local.set $acc0_1 (v128.const f32x4 0 0 0 0))
          (local.set $acc1_0 (v128.const f32x4 0 0 0 0))
          (local.set $acc1_1 (v128.const f32x4 0 0 0 0))
          (local.set $ptrX (i32.add (local.get $rowX) (i32.const 960)))
          (local.set $ptrW (local.get $panel))
          (local.set $left (i32.const 3))
          (loop $loop2
            (local.set $b0 (v128.load (local.get $ptrW)))
            (local.set $b1 (v128.load offset=16 (local.get $ptrW)))
            (local.set $a0 (v128.load32_splat (local.get $ptrX)))
            (local.set $acc0_0
              (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
            (local.set $acc0_1
              (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
            (local.set $a1 (v128.load32_splat offset=4 (local.get $ptrX)))
            (local.set $acc1_0
              (f32x4.relaxed_madd (local.get $a1) (local.get $b0) (local.get $acc1_0)))
            (local.set $acc1_1
              (f32x4.relaxed_madd (local.get $a1) (local.get $b1) (local.get $acc1_1)))
            (local.set $b0 (v128.load offset=32 (local.get $ptrW)))
            (local.set $b1 (v128.load offset=48 (local.get $ptrW)))
            (local.set $a0 (v128.load32_splat offset=4 (local.get $ptrX)))
            (local.set $acc0_0
              (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
            (local.set $acc0_1
              (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
            (local.set $a1 (v128.load32_splat offset=8 (local.get $ptrX)))
            (local.set $acc1_0
              (f32x4.relaxed_madd (local.get $a1) (local.get $b0) (local.get $acc1_0)))
            (local.set $acc1_1
              (f32x4.relaxed_madd (local.get $a1) (local.get $b1) (local.get $acc1_1)))
            (local.set $b0 (v128.load offset=64 (local.get $ptrW)))
            (local.set $b1 (v128.load offset=80 (local.get $ptrW)))
            (local.set $a0 (v128.load32_splat offset=8 (local.get $ptrX)))
            (local.set $acc0_0
              (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
            (local.set $acc0_1
              (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
            (local.set $a1 (v128.load32_splat offset=12 (local.get $ptrX)))
            (local.set $acc1_0
              (f32x4.relaxed_madd (local.get $a1) (local.get $b0) (local.get $acc1_0)))
            (local.set $acc1_1
              (f32x4.relaxed_madd (local.get $a1) (local.get $b1) (local.get $acc1_1)))
            (local.set $ptrX (i32.add (local.get $ptrX) (i32.const 12)))
            (local.set $ptrW (i32.add (local.get $ptrW) (i32.const 96)))
            (local.set $ptrX (i32.add (local.get $ptrX) (i32.const 4)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $loop2 (local.get $left))
          )
          (v128.store offset=832 (;y;) (local.get $offsetY) (local.get $acc0_0))
          (v128.store offset=848 (;y+16;) (local.get $offsetY) (local.get $acc0_1))
          (v128.store offset=864 (;y+32;) (local.get $offsetY) (local.get $acc1_0))
          (v128.store offset=880 (;y+48;) (local.get $offsetY) (local.get $acc1_1))
          (local.set $rowX (i32.add (local.get $rowX) (i32.const 8)))
          (local.set $offsetY (i32.add (local.get $offsetY) (i32.const 64)))
          (local.set $unit (i32.add (local.get $unit) (i32.const 1)))
          (br_if $loop1 (i32.lt_s (local.get $unit) (local.get $end)))
        )
      )
    )
  )
