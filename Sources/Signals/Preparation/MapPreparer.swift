import CKernels
import Numerics

/// Prepares one map after another on one thread.
final class MapPreparer {
    private let settings: MapPreparation
    private let frame: MapFrame
    private let (rows, columns): (Int, Int)
    private let rowAverage: AreaAverage
    private let columnAverage: AreaAverage
    private let scratch: FloatBlock
    // [rows, columns]
    private let map: FloatBlock
    // [mapRows, columns]
    private let averaged: FloatBlock
    // [mapRows, mapColumns]
    private let small: FloatBlock

    init(_ settings: MapPreparation, rows: Int, columns: Int, frame: MapFrame?) {
        self.settings = settings
        self.frame = frame ?? MapFrame(baseline: 0, feetFirst: false)
        (self.rows, self.columns) = (rows, columns)
        rowAverage = AreaAverage(from: rows, to: settings.mapRows)
        columnAverage = AreaAverage(from: columns, to: settings.mapColumns)
        scratch = FloatBlock(count: max((rows + 5) * (columns + 2), 3 * settings.mapColumns + 2))
        map = FloatBlock(count: rows * columns)
        averaged = FloatBlock(count: settings.mapRows * columns)
        small = FloatBlock(count: settings.mapRows * settings.mapColumns)
    }

    /// Writes a map `[mapRows, mapColumns]` made of one `[rows, columns]`.
    func prepare(_ sample: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        let count = rows * columns
        kernel_map_despike(
            map.base, sample, rows, columns, frame.baseline, settings.despike == 3 ? 1 : 0, scratch.base)
        var limit = Float.infinity
        if settings.clipPercentile < 100 {
            let place = settings.clipPercentile / 100 * Double(count - 1)
            // A map of nearly nothing is not cut down to nothing.
            limit = max(kernel_map_percentile(map.base, count, place), 1e-3)
        }
        kernel_map_limit(map.base, count, limit, settings.root ? 1 : 0)

        let size = settings.mapRows * settings.mapColumns
        kernel_map_average_rows(
            averaged.base, map.base, settings.mapRows, columns, rowAverage.first, rowAverage.weights, rowAverage.taps)
        kernel_map_average_columns(
            small.base, averaged.base, settings.mapRows, columns, settings.mapColumns, columnAverage.first,
            columnAverage.weights, columnAverage.taps)
        if settings.unitScale {
            let deviation = (kernel_map_energy(small.base, size) / Double(size)).squareRoot()
            kernel_scale(small.base, Float(1 / (deviation + 1e-6)), size)
        }
        switch (settings.centred, frame.feetFirst) {
        case (true, true):
            kernel_map_centre(averaged.base, small.base, settings.mapRows, settings.mapColumns, scratch.base)
            kernel_reverse(result, averaged.base, size)
        case (true, false):
            kernel_map_centre(result, small.base, settings.mapRows, settings.mapColumns, scratch.base)
        case (false, true): kernel_reverse(result, small.base, size)
        case (false, false): result.update(from: small.base, count: size)
        }
    }
}

/// The averages of a grid's values over the areas of a coarser one, along one axis.
private struct AreaAverage {
    /// Values that each average reads.
    let taps: Int
    /// The first of them.
    let first: [Int32]
    /// What each counts, `[to, taps]`; together 1.
    let weights: [Float]

    init(from: Int, to: Int) {
        let step = Double(from) / Double(to)
        // Areas of 27 / 16 may reach into three values.
        let taps = min(from, Int(step.rounded(.up)) + 1)
        self.taps = taps
        // The last ones start early enough to end at the last value.
        let starts = (0..<to).map { min($0 * from / to, from - taps) }
        first = starts.map(Int32.init)
        weights = starts.enumerated().flatMap { place, start in
            let (begin, end) = (Double(place) * step, Double(place + 1) * step)
            return (start..<start + taps).map {
                Float(max(0, min(end, Double($0 + 1)) - max(begin, Double($0))) / step)
            }
        }
    }
}
