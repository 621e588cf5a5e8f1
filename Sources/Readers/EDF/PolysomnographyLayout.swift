import Datasets
import Foundation
import Numerics

/// How the signals of a sleep epoch become a sample's matrix.
///
/// Each channel's 30 s are folded into rows of `rowSeconds`, one below the other, channel by channel: a sample is
/// `[channels x 30 / rowSeconds, rowSeconds x rate]`. The views of the method turn matrices, and there is little to
/// turn in a single row.
public struct PolysomnographyLayout: Sendable, Equatable {
    /// In hertz; faster than any signal of a sleeper.
    private static let highestRate = 100_000.0

    /// The channels' names.
    public var channels: [String]
    /// Values per second of every channel.
    public var rate: Double
    /// Seconds in a row.
    public var rowSeconds: Double

    /// A layout; `flaw` says whether it is possible.
    public init(channels: [String], rate: Double, rowSeconds: Double = 1) {
        (self.channels, self.rate, self.rowSeconds) = (channels, rate, rowSeconds)
    }

    /// Values of one channel in a sleep epoch.
    public var epochLength: Int { Self.whole(rate * SleepEpochWindow.epochSeconds) }
    /// Rows of one channel.
    public var rowsPerChannel: Int { max(Self.whole(SleepEpochWindow.epochSeconds / rowSeconds), 1) }
    /// Columns of a sample.
    public var columns: Int { epochLength / rowsPerChannel }
    /// Rows of a sample.
    public var rows: Int { rowsPerChannel * channels.count }

    /// What is wrong with it; nil when a sleep epoch has whole rows of whole values.
    public var flaw: String? {
        if channels.isEmpty || Set(channels).count < channels.count {
            return "channels must be at least one, each named once"
        }
        if let name = channels.first(where: { $0.unicodeScalars.contains(where: \.isControl) }) {
            return "the channel's name \"\(name.withoutControls)\" has a control character: give it another one with "
                + "--rename \"ITS NAME=name\", or put its header right with EDFbrowser"
        }
        let rowCount = SleepEpochWindow.epochSeconds / rowSeconds
        // Above the highest rate a row would have no value.
        guard rowSeconds > 0, rowCount >= 1, rowCount <= SleepEpochWindow.epochSeconds * Self.highestRate,
            abs(rowCount - Double(rowsPerChannel)) < 1e-9
        else { return "a row must last a whole fraction of 30 s: not \(rowSeconds) s" }
        guard rate > 0, rate <= Self.highestRate else {
            return "a rate must be above 0 Hz and at most \(Int(Self.highestRate)) Hz: not \(rate)"
        }
        let inRow = rate * rowSeconds
        guard inRow >= 0.5, abs(inRow - inRow.rounded()) < 1e-6 * inRow else {
            return
                "a row of \(rowSeconds) s has \(inRow) values at \(rate) Hz: choose a rate and a row of whole values (--rate, --row-seconds)"
        }
        return nil
    }

    private static func whole(_ value: Double) -> Int {
        Int(value.rounded(), clampedTo: 0...Int(SleepEpochWindow.epochSeconds * highestRate)) ?? 0
    }
}
