  ;; y (3, 4) = softmax(x (3, 4)): y[i] = e^(x[i] - max x) / sum over j of e^(x[j] - max x), along the last axis
  ;; rows=3 columns=4
  (func $softmax_y (export "kernel0") (param $begin i32) (param $end i32) (param $scratch i32)
    (local $row i32)
    (local $matrixOffset i32)
    (local $vectorOffset i32)
    (local $max v128) ;; f32x4
    (local $sum v128) ;; f32x4
    (local $at i32)
    (local $pair v128) ;; f32x4
    (local $at_10 i32)
    (local $shifted v128) ;; f32x4
    (local $exponential v128) ;; f32x4
    (local $constant89 v128) ;; f32x4
    (local $constant-104 v128) ;; f32x4
    (local $bounded v128) ;; f32x4
    (local $constant1.4426950408889634 v128) ;; f32x4
    (local $constant12582912 v128) ;; f32x4
    (local $shifted_18 v128) ;; f32x4
    (local $n v128) ;; f32x4
    (local $constant-0.693359375 v128) ;; f32x4
    (local $constant0.00021219444 v128) ;; f32x4
    (local $r v128) ;; f32x4
    (local $constant0.000198756915 v128) ;; f32x4
    (local $constant0.0013981999507 v128) ;; f32x4
    (local $constant0.0083334519073 v128) ;; f32x4
    (local $constant0.041665795894 v128) ;; f32x4
    (local $constant0.16666665459 v128) ;; f32x4
    (local $constant0.50000001201 v128) ;; f32x4
    (local $constant1 v128) ;; f32x4
    (local $bits1262485504 v128) ;; i32x4
    (local $whole v128) ;; i32x4
    (local $half v128) ;; i32x4
    (local $bits1065353216 v128) ;; i32x4
    (local $at_34 i32)
    (local $shifted_35 v128) ;; f32x4
    (local $exponential_36 v128) ;; f32x4
    (local $bounded_37 v128) ;; f32x4
    (local $shifted_38 v128) ;; f32x4
    (local $n_39 v128) ;; f32x4
    (local $r_40 v128) ;; f32x4
    (local $whole_41 v128) ;; i32x4
    (local $half_42 v128) ;; i32x4
    (local $stored v128) ;; f32x4
    (local.set $bits1065353216 (v128.const i32x4 1065353216 1065353216 1065353216 1065353216))
    (local.set $bits1262485504 (v128.const i32x4 1262485504 1262485504 1262485504 1262485504))
    (local.set $constant1 (v128.const f32x4 1 1 1 1))
    (local.set $constant0.50000001201 (v128.const f32x4 0.5 0.5 0.5 0.5))
    (local.set $constant0.16666665459
      (v128.const f32x4 0.16666666 0.16666666 0.16666666 0.16666666))
    (local.set $constant0.041665795894
      (v128.const f32x4 0.041665796 0.041665796 0.041665796 0.041665796))
    (local.set $constant0.0083334519073
      (v128.const f32x4 0.008333452 0.008333452 0.008333452 0.008333452))
    (local.set $constant0.0013981999507
      (v128.const f32x4 0.0013981999 0.0013981999 0.0013981999 0.0013981999))
    (local.set $constant0.000198756915
      (v128.const f32x4 0.00019875691 0.00019875691 0.00019875691 0.00019875691))
    (local.set $constant0.00021219444
      (v128.const f32x4 0.00021219444 0.00021219444 0.00021219444 0.00021219444))
    (local.set $constant-0.693359375 (v128.const f32x4 -0.6933594 -0.6933594 -0.6933594 -0.6933594))
    (local.set $constant12582912 (v128.const f32x4 12582912 12582912 12582912 12582912))
    (local.set $constant1.4426950408889634 (v128.const f32x4 1.442695 1.442695 1.442695 1.442695))
    (local.set $constant-104 (v128.const f32x4 -104 -104 -104 -104))
    (local.set $constant89 (v128.const f32x4 89 89 89 89))
    (local.set $row (local.get $begin))
    (if $if0 (i32.lt_s (local.get $row) (local.get $end))
      (then
        (loop $loop1
          (local.set $matrixOffset (i32.mul (local.get $row) (i32.const 16)))
          (local.set $vectorOffset (i32.mul (local.get $row) (i32.const 4)))
          (local.set $max (v128.const f32x4 -inf -inf -inf -inf))
          (local.set $at (local.get $matrixOffset))
          (local.set $max (f32x4.max (local.get $max) (v128.load offset=512 (;x;) (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (local.set $pair
            (f32x4.max
              (local.get $max)
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
                (local.get $max)
                (local.get $max))))
          (local.set $max
            (f32x4.splat
              (f32.max
                (f32x4.extract_lane 0 (local.get $pair))
                (f32x4.extract_lane 1 (local.get $pair)))))
          (local.set $sum (v128.const f32x4 0 0 0 0))
          (local.set $at_10 (local.get $matrixOffset))
          (local.set $shifted
            (f32x4.sub (v128.load offset=512 (;x;) (local.get $at_10)) (local.get $max)))
          (local.set $bounded
            (f32x4.pmax
              (f32x4.pmin (local.get $shifted) (local.get $constant89))
              (local.get $constant-104)))
          (local.set $shifted_18
            (f32x4.relaxed_madd
              (local.get $bounded)
              (local.get $constant1.4426950408889634)
              (local.get $constant12582912)))
          (local.set $n (f32x4.sub (local.get $shifted_18) (local.get $constant12582912)))
          (local.set $r
            (f32x4.relaxed_madd
              (local.get $n)
              (local.get $constant0.00021219444)
              (f32x4.relaxed_madd
                (local.get $n)
                (local.get $constant-0.693359375)
                (local.get $bounded))))
          (local.set $whole (i32x4.sub (local.get $shifted_18) (local.get $bits1262485504)))
          (local.set $half (i32x4.shr_s (local.get $whole) (i32.const 1)))
          (local.set $exponential
            (f32x4.mul
              (f32x4.mul
                (f32x4.add
                  (f32x4.relaxed_madd
                    (f32x4.relaxed_madd
                      (f32x4.relaxed_madd
                        (f32x4.relaxed_madd
                          (f32x4.relaxed_madd
                            (f32x4.relaxed_madd
                              (local.get $constant0.000198756915)
                              (local.get $r)
                              (local.get $constant0.0013981999507))
                            (local.get $r)
                            (local.get $constant0.0083334519073))
                          (local.get $r)
                          (local.get $constant0.041665795894))
                        (local.get $r)
                        (local.get $constant0.16666665459))
                      (local.get $r)
                      (local.get $constant0.50000001201))
                    (f32x4.mul (local.get $r) (local.get $r))
                    (local.get $r))
                  (local.get $constant1))
                (i32x4.add (i32x4.shl (local.get $half) (i32.const 23)) (local.get $bits1065353216)))
              (i32x4.add
                (i32x4.shl (i32x4.sub (local.get $whole) (local.get $half)) (i32.const 23))
                (local.get $bits1065353216))))
          (local.set $sum (f32x4.add (local.get $sum) (local.get $exponential)))
          (local.set $at_10 (i32.add (local.get $at_10) (i32.const 16)))
          (local.set $pair
            (f32x4.add
              (local.get $sum)
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
                (local.get $sum)
                (local.get $sum))))
          (local.set $sum
            (f32x4.splat
              (f32.add
                (f32x4.extract_lane 0 (local.get $pair))
                (f32x4.extract_lane 1 (local.get $pair)))))
          (local.set $at_34 (local.get $matrixOffset))
          (local.set $shifted_35
            (f32x4.sub (v128.load offset=512 (;x;) (local.get $at_34)) (local.get $max)))
          (local.set $bounded_37
            (f32x4.pmax
              (f32x4.pmin (local.get $shifted_35) (local.get $constant89))
              (local.get $constant-104)))
          (local.set $shifted_38
            (f32x4.relaxed_madd
              (local.get $bounded_37)
              (local.get $constant1.4426950408889634)
              (local.get $constant12582912)))
          (local.set $n_39 (f32x4.sub (local.get $shifted_38) (local.get $constant12582912)))
          (local.set $r_40
            (f32x4.relaxed_madd
              (local.get $n_39)
              (local.get $constant0.00021219444)
              (f32x4.relaxed_madd
                (local.get $n_39)
                (local.get $constant-0.693359375)
                (local.get $bounded_37))))
          (local.set $whole_41 (i32x4.sub (local.get $shifted_38) (local.get $bits1262485504)))
          (local.set $half_42 (i32x4.shr_s (local.get $whole_41) (i32.const 1)))
          (local.set $exponential_36
            (f32x4.mul
              (f32x4.mul
                (f32x4.add
                  (f32x4.relaxed_madd
                    (f32x4.relaxed_madd
                      (f32x4.relaxed_madd
                        (f32x4.relaxed_madd
                          (f32x4.relaxed_madd
                            (f32x4.relaxed_madd
                              (local.get $constant0.000198756915)
                              (local.get $r_40)
                              (local.get $constant0.0013981999507))
                            (local.get $r_40)
                            (local.get $constant0.0083334519073))
                          (local.get $r_40)
                          (local.get $constant0.041665795894))
                        (local.get $r_40)
                        (local.get $constant0.16666665459))
                      (local.get $r_40)
                      (local.get $constant0.50000001201))
                    (f32x4.mul (local.get $r_40) (local.get $r_40))
                    (local.get $r_40))
                  (local.get $constant1))
                (i32x4.add
                  (i32x4.shl (local.get $half_42) (i32.const 23))
                  (local.get $bits1065353216)))
              (i32x4.add
                (i32x4.shl (i32x4.sub (local.get $whole_41) (local.get $half_42)) (i32.const 23))
                (local.get $bits1065353216))))
          (local.set $stored (f32x4.div (local.get $exponential_36) (local.get $sum)))
          (v128.store offset=576 (;y;) (local.get $at_34) (local.get $stored))
          (local.set $at_34 (i32.add (local.get $at_34) (i32.const 16)))
          (local.set $row (i32.add (local.get $row) (i32.const 1)))
          (br_if $loop1 (i32.lt_s (local.get $row) (local.get $end)))
        )
      )
    )
  )
