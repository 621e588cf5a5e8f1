/// Filters over a window around each value; beyond the ends the first and the last value repeat.
///
/// A window of an odd width has its value in the middle; one of an even width has one value more before it than behind.
/// These are the conventions of SciPy's filters with the mode `nearest`, and running sums are added up in the same
/// order: where values are equal but for rounding, as counts of a wrist at rest are, a rank tells them apart by it.
package enum CentredWindow {
    /// The mean over `width` values around each.
    package static func means(of values: [Double], width: Int) -> [Double] {
        guard let first = values.first, let last = values.last else { return [] }
        let (before, behind, count) = (width / 2, width - width / 2 - 1, values.count)
        var sum = 0.0
        for offset in -before...behind { sum += offset < 0 ? first : offset < count ? values[offset] : last }
        var means = [sum / Double(width)]
        means.reserveCapacity(count)
        for at in values.indices.dropFirst() {
            let (entering, leaving) = (at + behind, at - before - 1)
            sum += (entering < count ? values[entering] : last) - (leaving < 0 ? first : values[leaving])
            means.append(sum / Double(width))
        }
        return means
    }

    /// The standard deviation of `width` values around each; 0 where rounding makes a variance negative.
    package static func deviations(of values: [Double], width: Int) -> [Double] {
        let squares = means(of: values.map { $0 * $0 }, width: width)
        return zip(squares, means(of: values, width: width)).map { max($0 - $1 * $1, 0).squareRoot() }
    }

    /// The largest of `width` values around each.
    package static func largest(of values: [Double], width: Int) -> [Double] {
        let (before, behind) = (width / 2, width - width / 2 - 1)
        return values.indices.map { at in
            values[max(at - before, 0)...min(at + behind, values.count - 1)].reduce(-.infinity) { max($0, $1) }
        }
    }

    /// The value that stands at `place`, from 0, when `width` values around each are put in order.
    package static func ordered(_ values: [Double], width: Int, place: Int) -> [Double] {
        guard let first = values.first, let last = values.last else { return [] }
        let (before, behind) = (width / 2, width - width / 2 - 1)
        return values.indices.map { at in
            var window = Array(values[max(at - before, 0)...min(at + behind, values.count - 1)])
            window += Array(repeating: first, count: max(before - at, 0))
            window += Array(repeating: last, count: max(at + behind - values.count + 1, 0))
            window.sort()
            return window[place]
        }
    }
}

/// Statistics over a whole night.
enum NightStatistics {
    /// The middle value, or the mean of the two in the middle.
    ///
    /// - Precondition: there is at least one value.
    package static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The value below which a share from 0 to 1 lies, by a straight line between two neighbours, reckoned from the
    /// nearer one.
    ///
    /// - Precondition: there is at least one value.
    package static func percentile(_ share: Double, of values: [Double]) -> Double {
        let sorted = values.sorted()
        let place = Double(sorted.count - 1) * share
        let below = Int(place)
        let (low, high) = (sorted[below], sorted[min(below + 1, sorted.count - 1)])
        let part = place - Double(below)
        return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
    }

    /// Each value less their median.
    package static func lessMedian(_ values: [Double]) -> [Double] {
        let median = median(values)
        return values.map { $0 - median }
    }

    /// Each value's place among all, from -0.5 to 0.5; of equal ones the earlier comes first.
    package static func centredRanks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var ranks = [Double](repeating: 0, count: values.count)
        for (place, index) in order.enumerated() {
            ranks[index] = (Double(place) + 0.5) / Double(values.count) - 0.5
        }
        return ranks
    }
}
