  ;; y (2, 16) = matmul(x (2, 3), w (3, 16)): y[i,j] = sum over k of a[i,k] b[k,j]; transposeA reads a[k,i], transposeB reads b[j,k]
  ;; M=2 K=3 N=16 transposeA=false columns={full:1,vectors:4,rest:0,restVectors:0} rows=2
  (func $matmul_y (export "kernel0") (param $begin i32) (param $end i32) (param $scratch i32)
    (local $columnBytes i32)
    (local $row i32)
    (local $whole i32)
    (local $rowsLeft i32)
    (local $ptrA i32)
    (local $ptrB i32)
    (local $offsetY i32)
    (local $acc0_0 v128) ;; f32x4
    (local $acc0_1 v128) ;; f32x4
    (local $acc0_2 v128) ;; f32x4
    (local $acc0_3 v128) ;; f32x4
    (local $acc1_0 v128) ;; f32x4
    (local $acc1_1 v128) ;; f32x4
    (local $acc1_2 v128) ;; f32x4
    (local $acc1_3 v128) ;; f32x4
    (local $b0 v128) ;; f32x4
    (local $b1 v128) ;; f32x4
    (local $b2 v128) ;; f32x4
    (local $b3 v128) ;; f32x4
    (local $a0 v128) ;; f32x4
    (local $a1 v128) ;; f32x4
    (local.set $columnBytes (i32.const 0))
    (local.set $row (local.get $begin))
    (local.set $rowsLeft (i32.rem_u (i32.sub (local.get $end) (local.get $begin)) (i32.const 2)))
    (local.set $whole (i32.sub (local.get $end) (local.get $rowsLeft)))
    (if $if0 (i32.lt_s (local.get $row) (local.get $whole))
      (then
        (loop $loop1
          (local.set $acc0_0 (v128.const f32x4 0 0 0 0))
          (local.set $acc0_1 (v128.const f32x4 0 0 0 0))
          (local.set $acc0_2 (v128.const f32x4 0 0 0 0))
          (local.set $acc0_3 (v128.const f32x4 0 0 0 0))
          (local.set $acc1_0 (v128.const f32x4 0 0 0 0))
          (local.set $acc1_1 (v128.const f32x4 0 0 0 0))
          (local.set $acc1_2 (v128.const f32x4 0 0 0 0))
          (local.set $acc1_3 (v128.const f32x4 0 0 0 0))
          (local.set $ptrA (i32.add (i32.mul (local.get $row) (i32.const 12)) (i32.const 832)))
          (local.set $ptrB (i32.add (local.get $columnBytes) (i32.const 512)))
          (local.set $b0 (v128.load (local.get $ptrB)))
          (local.set $b1 (v128.load offset=16 (local.get $ptrB)))
          (local.set $b2 (v128.load offset=32 (local.get $ptrB)))
          (local.set $b3 (v128.load offset=48 (local.get $ptrB)))
          (local.set $a0 (v128.load32_splat (local.get $ptrA)))
          (local.set $acc0_0
            (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
          (local.set $acc0_1
            (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
          (local.set $acc0_2
            (f32x4.relaxed_madd (local.get $a0) (local.get $b2) (local.get $acc0_2)))
          (local.set $acc0_3
            (f32x4.relaxed_madd (local.get $a0) (local.get $b3) (local.get $acc0_3)))
          (local.set $a1 (v128.load32_splat offset=12 (local.get $ptrA)))
          (local.set $acc1_0
            (f32x4.relaxed_madd (local.get $a1) (local.get $b0) (local.get $acc1_0)))
          (local.set $acc1_1
            (f32x4.relaxed_madd (local.get $a1) (local.get $b1) (local.get $acc1_1)))
          (local.set $acc1_2
            (f32x4.relaxed_madd (local.get $a1) (local.get $b2) (local.get $acc1_2)))
          (local.set $acc1_3
            (f32x4.relaxed_madd (local.get $a1) (local.get $b3) (local.get $acc1_3)))
          (local.set $b0 (v128.load offset=64 (local.get $ptrB)))
          (local.set $b1 (v128.load offset=80 (local.get $ptrB)))
          (local.set $b2 (v128.load offset=96 (local.get $ptrB)))
          (local.set $b3 (v128.load offset=112 (local.get $ptrB)))
          (local.set $a0 (v128.load32_splat offset=4 (local.get $ptrA)))
          (local.set $acc0_0
            (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
          (local.set $acc0_1
            (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
          (local.set $acc0_2
            (f32x4.relaxed_madd (local.get $a0) (local.get $b2) (local.get $acc0_2)))
          (local.set $acc0_3
            (f32x4.relaxed_madd (local.get $a0) (local.get $b3) (local.get $acc0_3)))
          (local.set $a1 (v128.load32_splat offset=16 (local.get $ptrA)))
          (local.set $acc1_0
            (f32x4.relaxed_madd (local.get $a1) (local.get $b0) (local.get $acc1_0)))
          (local.set $acc1_1
            (f32x4.relaxed_madd (local.get $a1) (local.get $b1) (local.get $acc1_1)))
          (local.set $acc1_2
            (f32x4.relaxed_madd (local.get $a1) (local.get $b2) (local.get $acc1_2)))
          (local.set $acc1_3
            (f32x4.relaxed_madd (local.get $a1) (local.get $b3) (local.get $acc1_3)))
          (local.set $b0 (v128.load offset=128 (local.get $ptrB)))
          (local.set $b1 (v128.load offset=144 (local.get $ptrB)))
          (local.set $b2 (v128.load offset=160 (local.get $ptrB)))
          (local.set $b3 (v128.load offset=176 (local.get $ptrB)))
          (local.set $a0 (v128.load32_splat offset=8 (local.get $ptrA)))
          (local.set $acc0_0
            (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
          (local.set $acc0_1
            (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
          (local.set $acc0_2
            (f32x4.relaxed_madd (local.get $a0) (local.get $b2) (local.get $acc0_2)))
          (local.set $acc0_3
            (f32x4.relaxed_madd (local.get $a0) (local.get $b3) (local.get $acc0_3)))
          (local.set $a1 (v128.load32_splat offset=20 (local.get $ptrA)))
          (local.set $acc1_0
            (f32x4.relaxed_madd (local.get $a1) (local.get $b0) (local.get $acc1_0)))
          (local.set $acc1_1
            (f32x4.relaxed_madd (local.get $a1) (local.get $b1) (local.get $acc1_1)))
          (local.set $acc1_2
            (f32x4.relaxed_madd (local.get $a1) (local.get $b2) (local.get $acc1_2)))
          (local.set $acc1_3
            (f32x4.relaxed_madd (local.get $a1) (local.get $b3) (local.get $acc1_3)))
          (local.set $ptrA (i32.add (local.get $ptrA) (i32.const 12)))
          (local.set $ptrB (i32.add (local.get $ptrB) (i32.const 192)))
          (local.set $offsetY
            (i32.add (i32.mul (local.get $row) (i32.const 64)) (local.get $columnBytes)))
          (v128.store offset=704 (;y;) (local.get $offsetY) (local.get $acc0_0))
          (v128.store offset=720 (;y+16;) (local.get $offsetY) (local.get $acc0_1))
          (v128.store offset=736 (;y+32;) (local.get $offsetY) (local.get $acc0_2))
          (v128.store offset=752 (;y+48;) (local.get $offsetY) (local.get $acc0_3))
          (v128.store offset=768 (;y+64;) (local.get $offsetY) (local.get $acc1_0))
          (v128.store offset=784 (;y+80;) (local.get $offsetY) (local.get $acc1_1))
          (v128.store offset=800 (;y+96;) (local.get $offsetY) (local.get $acc1_2))
          (v128.store offset=816 (;y+112;) (local.get $offsetY) (local.get $acc1_3))
          (local.set $row (i32.add (local.get $row) (i32.const 2)))
          (br_if $loop1 (i32.lt_s (local.get $row) (local.get $whole)))
        )
      )
    )
    (if $if2 (i32.eq (local.get $rowsLeft) (i32.const 1))
      (then
        (local.set $acc0_0 (v128.const f32x4 0 0 0 0))
        (local.set $acc0_1 (v128.const f32x4 0 0 0 0))
        (local.set $acc0_2 (v128.const f32x4 0 0 0 0))
        (local.set $acc0_3 (v128.const f32x4 0 0 0 0))
        (local.set $ptrA (i32.add (i32.mul (local.get $row) (i32.const 12)) (i32.const 832)))
        (local.set $ptrB (i32.add (local.get $columnBytes) (i32.const 512)))
        (local.set $b0 (v128.load (local.get $ptrB)))
        (local.set $b1 (v128.load offset=16 (local.get $ptrB)))
        (local.set $b2 (v128.load offset=32 (local.get $ptrB)))
        (local.set $b3 (v128.load offset=48 (local.get $ptrB)))
        (local.set $a0 (v128.load32_splat (local.get $ptrA)))
        (local.set $acc0_0 (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
        (local.set $acc0_1 (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
        (local.set $acc0_2 (f32x4.relaxed_madd (local.get $a0) (local.get $b2) (local.get $acc0_2)))
        (local.set $acc0_3 (f32x4.relaxed_madd (local.get $a0) (local.get $b3) (local.get $acc0_3)))
        (local.set $b0 (v128.load offset=64 (local.get $ptrB)))
        (local.set $b1 (v128.load offset=80 (local.get $ptrB)))
        (local.set $b2 (v128.load offset=96 (local.get $ptrB)))
        (local.set $b3 (v128.load offset=112 (local.get $ptrB)))
        (local.set $a0 (v128.load32_splat offset=4 (local.get $ptrA)))
        (local.set $acc0_0 (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
        (local.set $acc0_1 (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
        (local.set $acc0_2 (f32x4.relaxed_madd (local.get $a0) (local.get $b2) (local.get $acc0_2)))
        (local.set $acc0_3 (f32x4.relaxed_madd (local.get $a0) (local.get $b3) (local.get $acc0_3)))
        (local.set $b0 (v128.load offset=128 (local.get $ptrB)))
        (local.set $b1 (v128.load offset=144 (local.get $ptrB)))
        (local.set $b2 (v128.load offset=160 (local.get $ptrB)))
        (local.set $b3 (v128.load offset=176 (local.get $ptrB)))
        (local.set $a0 (v128.load32_splat offset=8 (local.get $ptrA)))
        (local.set $acc0_0 (f32x4.relaxed_madd (local.get $a0) (local.get $b0) (local.get $acc0_0)))
        (local.set $acc0_1 (f32x4.relaxed_madd (local.get $a0) (local.get $b1) (local.get $acc0_1)))
        (local.set $acc0_2 (f32x4.relaxed_madd (local.get $a0) (local.get $b2) (local.get $acc0_2)))
        (local.set $acc0_3 (f32x4.relaxed_madd (local.get $a0) (local.get $b3) (local.get $acc0_3)))
        (local.set $ptrA (i32.add (local.get $ptrA) (i32.const 12)))
        (local.set $ptrB (i32.add (local.get $ptrB) (i32.const 192)))
        (local.set $offsetY
          (i32.add (i32.mul (local.get $row) (i32.const 64)) (local.get $columnBytes)))
        (v128.store offset=704 (;y;) (local.get $offsetY) (local.get $acc0_0))
        (v128.store offset=720 (;y+16;) (local.get $offsetY) (local.get $acc0_1))
        (v128.store offset=736 (;y+32;) (local.get $offsetY) (local.get $acc0_2))
        (v128.store offset=752 (;y+48;) (local.get $offsetY) (local.get $acc0_3))
      )
    )
    (local.set $columnBytes (i32.add (local.get $columnBytes) (i32.const 64)))
  )
