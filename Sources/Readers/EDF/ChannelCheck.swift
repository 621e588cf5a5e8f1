import Datasets

/// What the values of a night's channel say about it, gathered while they are read: whether it rests, and how large
/// they are.
struct ChannelCheck {
    /// A channel that takes no more different values is one of steps, like a position of the body: it rests by nature.
    private static let mostSteps = 64
    /// How many values of a sleep epoch are looked at for how large they are.
    private static let valuesMeasured = 256

    /// Where the first sleep epoch begins, and how long each is, in values of the channel.
    private let (start, length): (Double, Double)
    private let epochCount: Int
    private let limits: ClosedRange<Double>

    private var epoch: Epoch?
    private var steps: Set<Double> = []
    /// Sleep epochs that have one value all through.
    private var constantCount = 0
    /// Sleep epochs of which more than half of the values are the header's largest or smallest, and that have others.
    private var limitedCount = 0
    /// Of each other sleep epoch the median distance of its values from their median.
    private var deviations: [Double] = []

    private struct Epoch {
        let number: Int
        let first: Double
        var count = 0
        var atLimit = 0
        var isConstant = true
        var measured: [Double] = []
    }

    /// A check of a channel of which nothing has been read.
    ///
    /// - Parameters:
    ///   - signal: the channel.
    ///   - limits: the smallest and largest values that its header allows.
    ///   - seconds: where in the file the first sleep epoch begins.
    ///   - epochCount: how many there are.
    init(_ signal: EDFFile.Signal, limits: ClosedRange<Double>, from seconds: Double, epochCount: Int) {
        (start, length) = (seconds * signal.rate, SleepEpochWindow.epochSeconds * signal.rate)
        (self.limits, self.epochCount) = (limits, epochCount)
    }

    /// Takes the next values of the channel, in the header's unit.
    ///
    /// - Parameters:
    ///   - values: these, which follow those before.
    ///   - place: the number in the file of the first of them.
    mutating func take(_ values: [Double], at place: Int) {
        func boundary(_ epoch: Int) -> Int { Int((start + Double(epoch) * length).rounded()) }
        let stride = max(Int(length) / Self.valuesMeasured, 1)
        var next = max(place, boundary(0))
        while next < place + values.count {
            var number = Int((Double(next) - start) / length)
            if next < boundary(number) { number -= 1 }
            // Of a channel slower than sleep epochs there are some without a value.
            while next >= boundary(number + 1) { number += 1 }
            guard number < epochCount else { break }
            let end = min(boundary(number + 1), place + values.count)
            if epoch?.number != number {
                close()
                epoch = Epoch(number: number, first: values[next - place])
            }
            add(values[(next - place)..<(end - place)], stride: stride)
            next = end
        }
    }

    private mutating func add(_ values: ArraySlice<Double>, stride: Int) {
        guard var epoch else { return }
        self.epoch = nil
        var last = Double.nan
        for value in values {
            if epoch.count.isMultiple(of: stride) { epoch.measured.append(value) }
            epoch.count += 1
            if value == limits.lowerBound || value == limits.upperBound { epoch.atLimit += 1 }
            guard value != last else { continue }
            last = value
            if value != epoch.first { epoch.isConstant = false }
            if steps.count <= Self.mostSteps { steps.insert(value) }
        }
        self.epoch = epoch
    }

    private mutating func close() {
        guard let epoch else { return }
        self.epoch = nil
        if epoch.isConstant {
            constantCount += 1
        } else if 2 * epoch.atLimit > epoch.count {
            limitedCount += 1
        } else {
            let median = Self.median(epoch.measured)
            deviations.append(Self.median(epoch.measured.map { abs($0 - median) }))
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// What a night's channel was found to be.
    struct Finding {
        /// The part of its sleep epochs in which it rests, from 0 to 1.
        let restingShare: Double
        /// How far its values typically are from their median, in the header's unit; nil where it always rests.
        let deviation: Double?
        /// Whether it was looked at as a voltage, which rests at its limits, too.
        let isVoltage: Bool
    }

    /// What was found, once all was taken.
    ///
    /// A channel of few different values counts as resting only where it never changes, unless it is a voltage; a
    /// voltage rests at its limits, too.
    mutating func finding(isVoltage: Bool) -> Finding {
        close()
        let isOfSteps = steps.count > 1 && steps.count <= Self.mostSteps
        let resting = isVoltage ? constantCount + limitedCount : isOfSteps ? 0 : constantCount
        return Finding(
            restingShare: Double(resting) / Double(max(epochCount, 1)),
            deviation: deviations.isEmpty ? nil : Self.median(deviations), isVoltage: isVoltage)
    }
}
