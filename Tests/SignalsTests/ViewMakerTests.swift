import Foundation
import Numerics
import Signals
import Testing

/// A few shapes: the mattress, both sides odd, one row, one column, more frequencies than 16.
private let shapes = [(64, 27), (5, 3), (4, 6), (1, 8), (7, 1), (2, 40), (1, 1)]

private func samples(_ count: Int, _ rows: Int, _ columns: Int) -> FloatBlock {
    var draw = RandomSequence(seed: 11, stream: 1)
    return FloatBlock((0..<count * rows * columns).map { _ in Float(draw.normal()) })
}

private func view(_ view: SampleView, of x: FloatBlock, _ count: Int, _ rows: Int, _ columns: Int) -> FloatBlock {
    let y = FloatBlock(count: x.count)
    withExtendedLifetime(x) {
        ViewMaker(SampleView.allCases, rows: rows, columns: columns, capacity: count).make(
            view, of: x.base, count: count, into: y.base)
    }
    return y
}

private func normalised(_ x: FloatBlock) -> FloatBlock {
    let y = FloatBlock(count: x.count)
    normalise(Samples(count: 1, rows: 64, columns: 27, base: UnsafePointer(x.base), owner: x), [0], into: y.base)
    return y
}

@Test(arguments: shapes)
func aQuarterTurnMovesTheLastColumnToTheFirstRow(rows: Int, columns: Int) {
    let x = samples(2, rows, columns)
    let y = view(.rotated90, of: x, 2, rows, columns)
    for s in 0..<2 {
        for i in 0..<columns {
            for j in 0..<rows {
                let start = s * rows * columns
                #expect(y[start + i * rows + j] == x[start + j * columns + columns - 1 - i])
            }
        }
    }
}

@Test(arguments: shapes)
func fourQuarterTurnsGiveTheSampleBackAndTheirSumsAreTheOtherTurns(rows: Int, columns: Int) {
    let x = samples(3, rows, columns)
    let once = view(.rotated90, of: x, 3, rows, columns)
    let twice = view(.rotated90, of: once, 3, columns, rows)
    let thrice = view(.rotated90, of: twice, 3, rows, columns)
    #expect(view(.rotated90, of: thrice, 3, columns, rows).array == x.array)
    #expect(view(.rotated180, of: x, 3, rows, columns).array == twice.array)
    #expect(view(.rotated270, of: x, 3, rows, columns).array == thrice.array)
}

@Test(arguments: shapes)
func theSpectrumIsTheMagnitudeOfTheFourierTransform(rows: Int, columns: Int) {
    let x = samples(2, rows, columns)
    let y = view(.spectrum, of: x, 2, rows, columns)
    for s in 0..<2 {
        let start = s * rows * columns
        for k in Set([0, 1 % rows, rows / 3, rows / 2, rows - 1]) {
            for f in 0..<columns {
                var (real, imaginary) = (0.0, 0.0)
                for r in 0..<rows {
                    for c in 0..<columns {
                        let angle =
                            -2 * Double.pi * (Double(k * r) / Double(rows) + Double(f * c) / Double(columns))
                        real += Double(x[start + r * columns + c]) * cos(angle)
                        imaginary += Double(x[start + r * columns + c]) * sin(angle)
                    }
                }
                let expected = (real * real + imaginary * imaginary).squareRoot() / Double(rows * columns).squareRoot()
                #expect(abs(Double(y[start + k * columns + f]) - expected) < 1e-4)
            }
        }
    }
}

@Test func aNormalisedSampleHasNormOneAndZerosStayZeros() {
    let x = samples(1, 64, 27)
    let y = normalised(x)
    #expect(abs(y.array.reduce(0) { $0 + Double($1) * Double($1) } - 1) < 1e-5)
    #expect(normalised(FloatBlock(count: 1728)).array.allSatisfy { $0 == 0 })
    for scale: Float in [1e-25, 1e30] {
        let scaled = normalised(FloatBlock(x.array.map { $0 * scale }))
        #expect(zip(scaled.array, y.array).allSatisfy { abs($0 - $1) < 1e-5 })
    }
}

@Test func theSpectrumOfASampleOfNormOneHasNormOne() {
    let x = normalised(samples(1, 64, 27))
    let y = view(.spectrum, of: x, 1, 64, 27)
    #expect(abs(y.array.reduce(0) { $0 + Double($1) * Double($1) } - 1) < 1e-4)
}
