import Foundation

/// The way from values to places in a drawing.
struct Scale: Sendable {
    let low: Double
    let high: Double
    /// Whether it runs from the bottom up.
    var isUpwards = false

    /// A scale of two different ends.
    init(_ low: Double, _ high: Double, isUpwards: Bool = false) {
        // What no distance can be computed between is drawn at the ends.
        let isFar = !(high - low).isFinite || abs(low) > 1e15
        let isWide = high - low > 1e-300  // below that no step between round numbers can be written
        self.isUpwards = isUpwards
        self.low = isFar ? -1e15 : low
        self.high = isFar ? 1e15 : isWide ? high : low + 1
    }

    /// Over all of these values, with a little room at either end; 0 to 1 where there are none.
    ///
    /// The room around one value alone does not reach below 0 where the value does not, nor any room far above what
    /// values can't exceed.
    init(
        over values: [Double], isUpwards: Bool = false, with others: [Double] = [], upTo most: Double = .infinity
    ) {
        let all = (values + others).filter(\.isFinite)
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        let room = high > low ? 0.05 * (high - low) : max(abs(high) * 0.1, 0.5)
        let bottom = low == high && low >= 0 ? max(0, low - room) : low - room
        self.init(bottom, min(high + room, max(high, most + 0.04 * (most - bottom))), isUpwards: isUpwards)
    }

    /// From 0, over all of these values, none of which is below it, with a little room above them.
    init(fromZeroOver values: [Double], isUpwards: Bool = false) {
        let high = values.filter(\.isFinite).max() ?? 1
        self.init(0, high > 0 ? 1.05 * high : 1, isUpwards: isUpwards)
    }

    /// The part of the way to a value, from left or from the top.
    func part(_ value: Double) -> Double {
        let part = min(1, max(0, (value - low) / (high - low)))
        return isUpwards ? 1 - part : part
    }

    /// Its place in a drawing.
    func at(_ value: Double) -> Int { Int((1000 * part(value)).rounded()) }

    /// Where round numbers lie, about so many, two at least where the scale allows it.
    func ticks(_ count: Int = 4, unit: String = "") -> [Panel.Tick] {
        let rough = (high - low) / Double(max(count, 1))
        let power = pow(10, floor(log10(rough)))
        let step = ([1, 2, 2.5, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10) * power
        let decimals = max(0, min(8, Int(ceil(-log10(step) - 1e-9)) + (step / power == 2.5 ? 1 : 0)))
        let values = stride(from: (low / step).rounded(.up), through: (high / step).rounded(.down), by: 1)
            .map { $0 * step }.filter { $0 >= low && $0 <= high }
        // One number alone tells no scale.
        if values.count < 2, count < 6 { return ticks(count + 1, unit: unit) }
        return values.map { Panel.Tick(place: part($0), text: Prose.grouped($0, decimals) + unit) }
    }
}

/// SVG paths in a drawing of 1000 by 1000.
enum Path {
    /// A line through points; one that is stepped keeps its height until the next.
    static func line(_ points: [(x: Int, y: Int)], isStepped: Bool = false) -> String {
        guard let first = points.first else { return "" }
        var (path, last) = ("M\(first.x) \(first.y)", first)
        for point in points.dropFirst() {
            path +=
                isStepped
                ? "h\(point.x - last.x)" + (point.y == last.y ? "" : "v\(point.y - last.y)")
                : "l\(point.x - last.x) \(point.y - last.y)"
            last = point
        }
        return path
    }

    /// The area between a line and the bottom.
    static func area(_ points: [(x: Int, y: Int)]) -> String {
        guard let first = points.first, let last = points.last else { return "" }
        return line(points) + "L\(last.x) 1000L\(first.x) 1000z"
    }

    /// Dots: a line of no length whose round ends have the width of a stroke.
    static func dots(_ points: [(x: Int, y: Int)]) -> String { points.map { "M\($0.x) \($0.y)h0" }.joined() }

    /// A rectangle.
    static func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> String {
        "M\(x) \(y)h\(width)v\(height)h\(-width)z"
    }

    /// A line across.
    static func across(_ y: Int) -> String { "M0 \(y)h1000" }

    /// A line from top to bottom.
    static func down(_ x: Int) -> String { "M\(x) 0v1000" }

    /// A line that is level between places and then steps.
    ///
    /// - Parameters:
    ///   - values: for each place the height, nil for a gap.
    ///   - edges: where each begins, and where the last one ends.
    /// - Returns: the path; empty where all is gaps.
    static func steps(_ values: [Int?], edges: [Int]) -> String {
        var (path, last) = ("", Int?.none)
        for (place, value) in values.enumerated() {
            guard let value else {
                last = nil
                continue
            }
            let isLast = place + 1 == values.count || values[place + 1] != value
            if let last, last != value {
                path += "V\(value)"
            } else if last == nil {
                path += "M\(edges[place]) \(value)"
            }
            if isLast { path += "H\(edges[place + 1])" }
            last = value
        }
        return path
    }
}

/// Values over an axis thinned to what a drawing shows: of each column the first, smallest, largest and last.
enum Thinned {
    /// Points of a line.
    static func points(_ values: [(x: Double, y: Double)], columns: Int = 600) -> [(x: Double, y: Double)] {
        let values = values.filter { $0.y.isFinite }
        guard values.count > 4 * columns, let first = values.first, let last = values.last, last.x > first.x else {
            return values
        }
        var kept: [(x: Double, y: Double)] = []
        var start = 0
        func column(_ place: Int) -> Int { Int(Double(columns) * (values[place].x - first.x) / (last.x - first.x)) }
        while start < values.count {
            var (end, low, high) = (start, start, start)
            let own = column(start)
            while end < values.count, column(end) == own {
                if values[end].y < values[low].y { low = end }
                if values[end].y > values[high].y { high = end }
                end += 1
            }
            kept += Set([start, low, high, end - 1]).sorted().map { values[$0] }
            start = end
        }
        return kept
    }
}
