import CKernels

/// `sums[column]` is the sum of that column, from the first row to the last.
func sumRows(
    _ x: UnsafePointer<Float>, row: Int, rows: Int, columns: Int, into sums: UnsafeMutablePointer<Float>
) {
    kernel_sum_strided_rows(sums, x, row, rows, columns)
}
