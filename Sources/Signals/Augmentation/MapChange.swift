import CKernels
import Numerics

/// One change of a pressure map: what `MapAugmentation` draws.
public struct MapChange: Sendable {
    /// How far the place that is read is turned, rows towards smaller columns, as a part of a full turn.
    public var turns: Double
    /// By how much the distance from the middle is multiplied along the rows where a value is read.
    public var rowScale: Double
    /// The same along the columns.
    public var columnScale: Double
    /// How many rows further on a value is read, as a part of the rows.
    public var rowShift: Double
    /// How many columns further on a value is read, as a part of the columns.
    public var columnShift: Double
    /// Whether left and right are exchanged.
    public var isMirrored: Bool
    /// What values from 0 on, and 1e-6 more, are raised to; nil leaves all values.
    public var exponent: Double?
    /// What values are multiplied by.
    public var gain: Double
    /// Row and column where a block of zeros begins; nil for none.
    public var blockStart: (row: Int, column: Int)?
    /// The deviation of the noise.
    public var noise: Double
    /// What the noise follows from.
    public var noiseKey: UInt64

    /// A change of these parts; by default none.
    public init(
        turns: Double = 0, rowScale: Double = 1, columnScale: Double = 1, rowShift: Double = 0, columnShift: Double = 0,
        isMirrored: Bool = false, exponent: Double? = nil, gain: Double = 1,
        blockStart: (row: Int, column: Int)? = nil, noise: Double = 0, noiseKey: UInt64 = 0
    ) {
        (self.turns, self.rowScale, self.columnScale) = (turns, rowScale, columnScale)
        (self.rowShift, self.columnShift, self.isMirrored) = (rowShift, columnShift, isMirrored)
        (self.exponent, self.gain, self.blockStart) = (exponent, gain, blockStart)
        (self.noise, self.noiseKey) = (noise, noiseKey)
    }

    /// Changes a map `[rows, columns]` in place.
    public func apply(to map: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
        let width = columns + 3
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (rows + 3) * width) { padded in
            guard let base = padded.baseAddress else { return }
            base.initialize(repeating: 0, count: padded.count)
            for row in 0..<rows {
                (base + (row + 1) * width + 1).update(from: map + row * columns, count: columns)
            }
            kernel_map_warp(map, base, rows, columns, sources(rows: rows, columns: columns))
        }
        let count = rows * columns
        if let exponent {
            kernel_map_power(map, count, Float(exponent), Float(gain))
        } else if gain != 1 {
            kernel_scale(map, Float(gain), count)
        }
        if let blockStart {
            for row in blockStart.row..<min(rows, blockStart.row + rows / 4) {
                let last = min(columns, blockStart.column + columns / 4)
                for column in blockStart.column..<last { map[row * columns + column] = 0 }
            }
        }
        if noise > 0 { kernel_add_noise(map, count, Float(noise), noiseKey) }
    }

    /// The row and the column that a value is read at, as sums of its own row, its own column and a number.
    private func sources(rows: Int, columns: Int) -> [Float] {
        let (cosine, sine) = (cosine(turns: turns), sine(turns: turns))
        let (middleRow, middleColumn) = (Double(rows - 1) / 2, Double(columns - 1) / 2)
        let side = isMirrored ? -columnScale : columnScale
        let (rowOfRow, rowOfColumn) = (rowScale * cosine, rowScale * sine)
        let (columnOfRow, columnOfColumn) = (-side * sine, side * cosine)
        return [
            rowOfRow, rowOfColumn,
            middleRow + rowShift * Double(rows) - rowOfRow * middleRow - rowOfColumn * middleColumn,
            columnOfRow, columnOfColumn,
            middleColumn + columnShift * Double(columns) - columnOfRow * middleRow - columnOfColumn * middleColumn,
        ].map(Float.init)
    }
}
