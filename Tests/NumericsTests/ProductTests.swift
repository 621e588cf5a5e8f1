import CKernels
import Numerics
import Testing

/// A matrix `[rows, columns]` as the product sees it, stored one way or the other.
private struct Factor {
    let block: FloatBlock
    let rows: Int
    let columns: Int
    let orientation: Orientation

    init(_ rows: Int, _ columns: Int, _ orientation: Orientation, stream: UInt64) {
        var draw = RandomSequence(seed: 3, stream: stream)
        block = FloatBlock((0..<rows * columns).map { _ in Float(draw.normal()) })
        (self.rows, self.columns, self.orientation) = (rows, columns, orientation)
    }

    init(_ values: [Float], rows: Int, columns: Int, _ orientation: Orientation = .plain) {
        block = FloatBlock(values)
        (self.rows, self.columns, self.orientation) = (rows, columns, orientation)
    }

    var transposed: Factor {
        Factor(block.array, rows: columns, columns: rows, orientation == .plain ? .transposed : .plain)
    }

    /// Floats from one stored row to the next.
    var row: Int { orientation == .plain ? columns : rows }

    subscript(i: Int, j: Int) -> Float { orientation == .plain ? block[i * row + j] : block[j * row + i] }

    var forKernel: product_factor {
        product_factor(
            values: block.base, row: row, transposed: orientation == .transposed, starts: nil, run: 0, run_step: 0)
    }
}

/// What defines a product: for each element one chain of fused multiply-adds.
private func plainLoop(_ a: Factor, _ b: Factor, addingTo start: [Float]?) -> [Float] {
    (0..<a.rows * b.columns).map { place in
        let (i, j) = (place / b.columns, place % b.columns)
        return (0..<a.columns).reduce(start?[place] ?? 0) { $0.addingProduct(a[i, $1], b[$1, j]) }
    }
}

/// Sizes around those of tiles, panels and blocks, `[m, n, k]`.
private let shapes = [
    [1, 1, 1], [2, 3, 0], [1, 200, 9], [2, 100, 7], [3, 70, 300], [4, 16, 5], [5, 7, 11], [6, 32, 64], [7, 33, 19],
    [8, 17, 257],
    [9, 65, 3], [10, 5, 40], [11, 96, 2], [12, 32, 256], [13, 31, 8], [23, 48, 30], [129, 40, 20], [140, 270, 260],
    [512, 70, 5], [600, 40, 5], [24, 64, 300], [131, 288, 30],
    [150, 70, 20], [157, 66, 9], [20, 530, 12],
]

@Test(arguments: shapes, [false, true])
func aProductIsBitForBitAPlainLoop(shape: [Int], adding: Bool) {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    for orientations in [(Orientation.plain, Orientation.plain), (.transposed, .plain), (.plain, .transposed)] {
        let (a, b) = (Factor(m, k, orientations.0, stream: 1), Factor(k, n, orientations.1, stream: 2))
        let c = FloatBlock((0..<m * n).map { Float($0 % 7) })
        let expected = plainLoop(a, b, addingTo: adding ? c.array : nil)
        let (again, packed) = (FloatBlock(c.array), FloatBlock(c.array))
        product(
            m: m, n: n, k: k, a.block.base, a.orientation, aRow: a.row, b.block.base, b.orientation, bRow: b.row,
            adding: adding, into: c.base, cRow: n)
        #expect(c.array == expected)
        var factor = PackedFactor()
        factor.take(b.block.base, b.orientation, bRow: b.row, k: k, n: n)
        factor.product(m: m, a.block.base, a.orientation, aRow: a.row, adding: adding, into: packed.base, cRow: n)
        #expect(packed.array == expected)
        withExtendedLifetime((a, b)) {
            for variant in 0..<kernel_product_variant_count() {
                again.copy(from: FloatBlock((0..<m * n).map { Float($0 % 7) }))
                let ran = kernel_product_variant(variant, m, n, k, a.forKernel, b.forKernel, adding, again.base, n)
                #expect(!ran || again.array == expected, "variant \(variant)")
            }
        }
    }
}

@Test(arguments: [[12, 131, 40, 300], [130, 12, 64, 300], [3, 260, 5, 20], [1, 1, 0, 2], [4, 4, 33, 0]])
func productsThatShareTheirRightFactorHaveTheBitsOfEachAlone(sizes: [Int]) {
    let (n, k) = (sizes[2], sizes[3])
    let b = Factor(k, n, .plain, stream: 2)
    let lefts = [Factor(sizes[0], k, .plain, stream: 1), Factor(sizes[1], k, .transposed, stream: 3)]
    let found = lefts.map { FloatBlock(Array(repeating: Float.nan, count: $0.rows * n)) }
    let factors = zip(lefts, found).map { a, c in
        LeftFactor(m: a.rows, a.block.base, a.orientation, aRow: a.row, into: c.base, cRow: n)
    }
    products(of: factors, n: n, k: k, b.block.base, bRow: n)
    for (a, c) in zip(lefts, found) { #expect(c.array == plainLoop(a, b, addingTo: nil)) }
}

@Test func aProductLeavesWhatLiesBesideItAlone() {
    let (m, n, k, row) = (14, 21, 10, 30)
    let (a, b) = (Factor(m, k, .plain, stream: 1), Factor(k, n, .plain, stream: 2))
    let c = FloatBlock(Array(repeating: Float(5), count: m * row))
    product(m: m, n: n, k: k, a.block.base, aRow: a.row, b.block.base, bRow: b.row, into: c.base, cRow: row)
    let expected = plainLoop(a, b, addingTo: nil)
    for i in 0..<m {
        #expect(Array(c.array[i * row..<i * row + n]) == Array(expected[i * n..<(i + 1) * n]))
        #expect(c.array[i * row + n..<(i + 1) * row].allSatisfy { $0 == 5 })
    }
}

@Test func theNarrowestVariantRunsEverywhere() {
    let (a, b) = (Factor(2, 3, .plain, stream: 1), Factor(3, 2, .plain, stream: 2))
    let c = FloatBlock(count: 4)
    let last = kernel_product_variant_count() - 1
    #expect(kernel_product_variant(last, 2, 2, 3, a.forKernel, b.forKernel, false, c.base, 2))
    #expect(!kernel_product_variant(last + 1, 2, 2, 3, a.forKernel, b.forKernel, false, c.base, 2))
}

/// Windows of two images, and the matrix of their rows brought together.
private struct ImageWindows {
    let images: FloatBlock
    let starts: [UInt32]
    let (run, runCount, runStep): (Int, Int, Int)
    let together: Factor

    init(rows: Int, columns: Int, channels: Int, kernel: Int) {
        let row = (columns + kernel - 1) * channels
        let image = (rows + kernel - 1) * row
        var draw = RandomSequence(seed: 4, stream: 1)
        let images = FloatBlock((0..<2 * image).map { _ in Float(draw.normal()) })
        let starts = (0..<2 * rows * columns).map { pixel in
            let (place, within) = (pixel / (rows * columns), pixel % (rows * columns))
            return UInt32(place * image + within / columns * row + within % columns * channels)
        }
        let values = starts.flatMap { start in
            (0..<kernel).flatMap { k in (0..<kernel * channels).map { images[Int(start) + k * row + $0] } }
        }
        (self.images, self.starts) = (images, starts)
        (run, runCount, runStep) = (kernel * channels, kernel, row)
        together = Factor(values, rows: starts.count, columns: kernel * kernel * channels)
    }

    func forKernel(_ starts: UnsafePointer<UInt32>?, _ orientation: Orientation) -> product_factor {
        product_factor(
            values: images.base, row: 0, transposed: orientation == .transposed, starts: starts, run: run,
            run_step: runStep)
    }
}

/// Rows, columns, channels, kernel and n: runs shorter and longer than a tile, windows longer than a block of k.
@Test(arguments: [
    [1, 1, 1, 1, 1], [5, 7, 1, 5, 16], [4, 4, 16, 3, 32], [7, 3, 32, 3, 64], [9, 16, 13, 3, 40], [3, 2, 100, 3, 20],
    [4, 3, 1, 1, 200],
])
func aProductOfWindowsIsBitForBitThatOfTheirRowsBroughtTogether(sizes: [Int]) {
    let n = sizes[4]
    let windows = ImageWindows(rows: sizes[0], columns: sizes[1], channels: sizes[2], kernel: sizes[3])
    let (m, k) = (windows.together.rows, windows.together.columns)
    let (kernel, gradient) = (Factor(k, n, .plain, stream: 5), Factor(m, n, .plain, stream: 6))
    let numerics = Windows(
        starts: windows.starts, run: windows.run, runCount: windows.runCount, runStep: windows.runStep)

    let expected = plainLoop(windows.together, kernel, addingTo: nil)
    var packed = PackedFactor()
    packed.take(kernel.block.base, bRow: n, k: k, n: n)
    let c = FloatBlock(count: m * n)
    numerics.product(m: m, of: windows.images.base, packed, into: c.base, cRow: n)
    #expect(c.array == expected)

    let start = (0..<k * n).map { Float($0 % 7) }
    let expectedTransposed = plainLoop(windows.together.transposed, gradient, addingTo: start)
    let d = FloatBlock(start)
    numerics.transposedProduct(
        k: m, n: n, of: windows.images.base, gradient.block.base, bRow: n, adding: true, into: d.base, cRow: n)
    #expect(d.array == expectedTransposed)

    windows.starts.withUnsafeBufferPointer { starts in
        withExtendedLifetime((windows, kernel, gradient)) {
            for variant in 0..<kernel_product_variant_count() {
                d.copy(from: FloatBlock(start))
                guard
                    kernel_product_variant(
                        variant, m, n, k, windows.forKernel(starts.baseAddress, .plain), kernel.forKernel, false,
                        c.base, n),
                    kernel_product_variant(
                        variant, k, n, m, windows.forKernel(starts.baseAddress, .transposed), gradient.forKernel, true,
                        d.base, n)
                else { continue }
                #expect(c.array == expected && d.array == expectedTransposed, "variant \(variant)")
            }
        }
    }
}
