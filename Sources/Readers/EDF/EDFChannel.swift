import Datasets
import Signals

/// One signal of an EDF file, converted and resampled while it is read, forwards.
struct EDFChannel {
    /// Seconds of the signal read at a time; bounds the memory used.
    private static let pieceSeconds = 60.0

    private let file: EDFFile
    private let signal: Int
    private let conversion: SignalUnit.Conversion
    private let resampler: Resampler
    private var check: ChannelCheck?
    private var readCount = 0
    private var pending: [Float] = []
    /// How many values of `pending` were taken.
    private var taken = 0

    /// A channel from the file's start on.
    ///
    /// - Throws: `DatasetError.unsuitable` for a rate out of reach.
    init(
        _ file: EDFFile, signal: Int, rate: Double, conversion: SignalUnit.Conversion = .none
    ) throws(DatasetError) {
        (self.file, self.signal, self.conversion) = (file, signal, conversion)
        let (name, own) = (file.signals[signal].name, file.signals[signal].rate)
        guard own > 0, Resampler.supports(from: own, to: rate) else {
            throw .unsuitable(
                path: file.path,
                reason: "channel \"\(name)\" has \(own) Hz, too far from \(rate) Hz to resample; set another --rate")
        }
        let count = file.signals[signal].sampleCount
        var ends = try file.values(of: signal, 0..<1) + file.values(of: signal, count - 1..<count)
        conversion.apply(to: &ends)
        resampler = Resampler(from: own, to: rate, inputCount: count, first: ends[0], last: ends[1])
    }

    /// Looks at the values of some sleep epochs while they are read, which none was yet.
    ///
    /// - Parameters:
    ///   - seconds: where in the file the first sleep epoch begins.
    ///   - epochCount: how many there are.
    mutating func check(from seconds: Double, epochCount: Int) {
        check = ChannelCheck(
            file.signals[signal], limits: file.limits(of: signal), from: seconds, epochCount: epochCount)
    }

    /// Tells what was found of the values, once all were taken.
    ///
    /// - Parameters:
    ///   - findings: whom.
    ///   - place: the channel's, among their names.
    ///   - unit: the unit that the values are converted into.
    mutating func tell(_ findings: inout ChannelFindings, _ place: Int, unit: String) {
        let own = file.signals[signal]
        guard let finding = check?.finding(isVoltage: findings.isVoltage(place, unit: own.unit)) else { return }
        findings.add(place, finding, own, conversion, unit: unit, path: file.path)
    }

    /// Passes over the next values.
    mutating func skip(_ count: Int) throws(DatasetError) {
        var left = max(count, 0)
        while left > 0 {
            let piece = min(left, 65_536)
            _ = try next(piece)
            left -= piece
        }
    }

    /// The next values at the rate asked for; beyond the end the last value goes on.
    mutating func next(_ count: Int) throws(DatasetError) -> ArraySlice<Float> {
        let sampleCount = file.signals[signal].sampleCount
        while pending.count - taken < count, readCount < sampleCount {
            pending.removeFirst(taken)
            taken = 0
            let length = max(Int(Self.pieceSeconds * file.signals[signal].rate), 1)
            let end = min(readCount + length, sampleCount)
            var values = try file.values(of: signal, readCount..<end)
            check?.take(values, at: readCount)
            conversion.apply(to: &values)
            pending += resampler.resample(values)
            readCount = end
        }
        if pending.count - taken < count {  // half a sample at most, where the grids do not meet
            pending += Array(repeating: pending.last ?? 0, count: count - (pending.count - taken))
        }
        defer { taken += count }
        return pending[taken..<taken + count]
    }
}
