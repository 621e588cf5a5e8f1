import Datasets
import Foundation

/// What is odd about the channels of a dataset's nights: those that rest, and those in a unit that can't be.
struct ChannelFindings {
    /// A typical amplitude of EEG, EOG, EMG or ECG lies inside, in microvolts, with much room on both sides.
    private static let plausible = 0.05...5_000
    /// Where it mostly lies.
    private static let usual = 0.5...500
    /// What is sampled more slowly is no waveform but what was made of one.
    private static let slowest = 32.0

    private struct Channel {
        let name: String
        var resting: (count: Int, worst: String, share: Double, isVoltage: Bool) = (0, "", 0, false)
        var large: (count: Int, worst: String, unit: String, microvolts: Double) = (0, "", "", 0)
    }

    private var channels: [Channel]
    private var nightCount = 0

    /// Channels of these names, of no night yet.
    init(_ names: [String]) { channels = names.map { Channel(name: $0) } }

    /// Counts another night.
    mutating func addNight() { nightCount += 1 }

    /// Whether a channel is of a voltage.
    ///
    /// - Parameters:
    ///   - place: the channel's, among the names, which need not be its file's.
    ///   - unit: the unit that its file names.
    /// - Returns: whether the unit is one of voltages, or, where there is none, the name says so.
    func isVoltage(_ place: Int, unit: String) -> Bool {
        SignalUnit(unit).isVoltage || (unit.isEmpty && BodyVoltage(channel: channels[place].name) != nil)
    }

    /// Takes what was found of a channel of the night.
    ///
    /// - Parameters:
    ///   - place: the channel's, among the names.
    ///   - finding: what was found.
    ///   - signal: the channel in its file.
    ///   - conversion: from the file's unit into the dataset's.
    ///   - unit: the dataset's unit.
    ///   - path: the file.
    mutating func add(
        _ place: Int, _ finding: ChannelCheck.Finding, _ signal: EDFFile.Signal,
        _ conversion: SignalUnit.Conversion, unit: String, path: String
    ) {
        if finding.restingShare > 0.5 {
            let resting = channels[place].resting
            let isWorst = finding.restingShare > resting.share
            channels[place].resting = (
                resting.count + 1, isWorst ? path : resting.worst, max(finding.restingShare, resting.share),
                isWorst ? finding.isVoltage : resting.isVoltage
            )
        }
        guard BodyVoltage(channel: channels[place].name) != nil, signal.rate >= Self.slowest,
            let deviation = finding.deviation, deviation > 0,
            let toMicrovolts = SignalUnit(unit).conversion(into: SignalUnit("uV"))
        else { return }
        let microvolts = deviation * conversion.scale * toMicrovolts.scale
        guard !Self.plausible.contains(abs(microvolts)) else { return }
        let large = channels[place].large
        func distance(_ value: Double) -> Double { abs(log(value / 10)) }
        let isWorst = large.count == 0 || distance(abs(microvolts)) > distance(large.microvolts)
        channels[place].large = (
            large.count + 1, isWorst ? path : large.worst, isWorst ? signal.unit : large.unit,
            isWorst ? abs(microvolts) : large.microvolts
        )
    }

    /// A line for each channel that rests in some night, and one for each in a unit that can't be.
    var notes: [String] {
        channels.flatMap { channel in [resting(channel), large(channel)].compactMap(\.self) }
    }

    private func resting(_ channel: Channel) -> String? {
        let (count, worst, share, isVoltage) = channel.resting
        guard count > 0 else { return nil }
        // Only of a voltage are the limits looked at.
        let what =
            isVoltage
            ? "has one value, or mostly its header's largest or smallest, in" : "does not change in"
        return
            "\(worst): channel \(quoted(channel.name)) \(what) \(Int((100 * share).rounded(.down))) % of the sleep "
            + "epochs\(others(count)): was something plugged into it? Leave out such recordings, or read another channel"
    }

    private func large(_ channel: Channel) -> String? {
        let (count, worst, unit, microvolts) = channel.large
        guard count > 0, let kind = BodyVoltage(channel: channel.name) else { return nil }
        let own = SignalUnit(unit.isEmpty ? "uV" : unit).conversion(into: SignalUnit("uV"))?.scale ?? 1
        // The one unit in which the same numbers would be of the usual size.
        let fitting = [("V", 1e6), ("mV", 1e3), ("uV", 1), ("nV", 1e-3)].filter {
            $1 != own && Self.usual.contains(microvolts / own * $1)
        }
        let question = fitting.count == 1 ? "are they in \(fitting[0].0)?" : "which unit are they in?"
        let named = unit.isEmpty ? "without a unit, and so taken as microvolts" : "in \(unit) by its header"
        return
            "\(worst): channel \(quoted(channel.name)) is \(named), and its values are typically "
            + "\(Self.text(microvolts)) uV from their median, where those of an \(kind.rawValue) are some "
            + "tens\(others(count)): \(question) Nothing is converted on a guess: put the unit in its header right with EDFbrowser"
    }

    /// In how many nights it is so, where there are several.
    private func others(_ count: Int) -> String {
        nightCount == 1 ? "" : " (so in \(count) of \(nightCount) recordings, this the worst)"
    }

    /// A number with two digits that count, without an exponent.
    private static func text(_ value: Double) -> String {
        let rounded = Double(String(format: "%.2g", value)) ?? value
        return rounded < 1e15 ? String(format: rounded < 10 ? "%.4g" : "%.0f", rounded) : "over 1e15"
    }
}
