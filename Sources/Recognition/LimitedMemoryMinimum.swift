/// The minimum of a smooth convex function, by L-BFGS (Liu and Nocedal, Mathematical Programming 45, 1989).
///
/// Steps are halved until the function falls enough (Armijo). Of a convex function, a step and the change of the
/// gradient have a product above 0, except by rounding, and such pairs are left out.
struct LimitedMemoryMinimum {
    /// Where the function is smallest.
    private(set) var point: [Double]
    /// Whether the gradient became as small as asked for, or so small that rounding hides whether the function falls,
    /// or the function hardly fell over the last steps: by less than `settledPart` of itself over `settledSteps`.
    ///
    /// That does not end the search: points are the same whether or not it is so.
    private(set) var isConverged = false

    private static let memory = 12
    private static let largestHalvingCount = 30
    private static let (settledSteps, settledPart) = (3, 3e-8)

    /// The minimum from a start on.
    ///
    /// - Parameters:
    ///   - start: where to begin.
    ///   - passes: how many steps are made at most.
    ///   - tolerance: how small each value of the gradient is to become.
    ///   - function: gives the value and the gradient at a point.
    init(
        from start: [Double], passes: Int, tolerance: Double,
        _ function: ([Double]) -> (value: Double, gradient: [Double])
    ) {
        point = start
        var (value, gradient) = function(start)
        var pairs: [(step: [Double], change: [Double], product: Double)] = []
        var values = [value]
        var isSettled: Bool {
            guard values.count > Self.settledSteps else { return false }
            let before = values[values.count - 1 - Self.settledSteps]
            return before - value <= Self.settledPart * abs(value)
        }
        for _ in 0..<passes {
            if gradient.allSatisfy({ abs($0) <= tolerance }) {
                isConverged = true
                return
            }
            var direction = Self.direction(gradient, pairs)
            var slope = dot(direction, gradient)
            if slope >= 0 {
                pairs = []
                direction = gradient.map { -$0 }
                slope = -dot(gradient, gradient)
            }
            var length = pairs.isEmpty ? min(1, 1 / (-slope).squareRoot()) : 1
            var (halvings, next) = (0, point)
            var found = (value: Double.infinity, gradient: gradient)
            while true {
                next = zip(point, direction).map { $0 + length * $1 }
                found = function(next)
                if found.value <= value + 1e-4 * length * slope { break }
                (length, halvings) = (length / 2, halvings + 1)
                if halvings > Self.largestHalvingCount {
                    isConverged = -slope <= 1e-6 * max(abs(value), 1e-6) || isSettled
                    return
                }
            }
            let step = direction.map { length * $0 }
            let change = zip(found.gradient, gradient).map { $0 - $1 }
            let product = dot(step, change)
            if product > 1e-14 * dot(change, change) {
                pairs.append((step, change, product))
                if pairs.count > Self.memory { pairs.removeFirst() }
            }
            (point, value, gradient) = (next, found.value, found.gradient)
            values.append(value)
        }
        isConverged = isSettled
    }

    /// The direction of descent: the inverse of the curvature that the pairs tell of, times the negative gradient.
    private static func direction(
        _ gradient: [Double], _ pairs: [(step: [Double], change: [Double], product: Double)]
    ) -> [Double] {
        var direction = gradient.map { -$0 }
        var factors: [Double] = []
        for pair in pairs.reversed() {
            let factor = dot(pair.step, direction) / pair.product
            factors.append(factor)
            for i in direction.indices { direction[i] -= factor * pair.change[i] }
        }
        if let last = pairs.last {
            let scale = last.product / dot(last.change, last.change)
            for i in direction.indices { direction[i] *= scale }
        }
        for (pair, factor) in zip(pairs, factors.reversed()) {
            let share = dot(pair.change, direction) / pair.product
            for i in direction.indices { direction[i] += (factor - share) * pair.step[i] }
        }
        return direction
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
}
