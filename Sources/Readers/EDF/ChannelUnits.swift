import Datasets

/// The unit of each channel of a dataset, the same in every night: the first night's, or one that was said before.
struct ChannelUnits {
    /// The dataset's unit of a channel, and the file that it comes from.
    private struct Channel {
        let name: String
        var unit: SignalUnit?
        var first = ""
        /// Whether the unit was said before any file was read.
        var isGiven = false
        var withoutUnitCount = 0
    }

    private var channels: [Channel]

    /// The units of channels of these names.
    ///
    /// - Parameters:
    ///   - names: the channels' names.
    ///   - given: of each the unit that it is to have, an empty text where the first night is to say; none at all: in
    ///     all of them.
    init(of names: [String], given: [String] = []) {
        channels = names.map { Channel(name: $0) }
        for (place, unit) in zip(channels.indices, given) where !unit.isEmpty {
            (channels[place].unit, channels[place].isGiven) = (SignalUnit(unit), true)
        }
    }

    /// As a dataset names them; empty where no file says one.
    var names: [String] { channels.map { $0.unit?.text ?? "" } }

    /// Finds how a night's values come into the dataset's units, which are those of the first night.
    ///
    /// - Parameters:
    ///   - file: the night's signals.
    ///   - indices: the channels among them.
    /// - Returns: a conversion for each of the channels.
    /// - Throws: `DatasetError.unsuitable` for a unit that can't be converted, or one that is not known beside one that
    ///   is.
    mutating func conversions(
        of file: EDFFile, _ indices: [Int]
    ) throws(DatasetError) -> [SignalUnit.Conversion] {
        var conversions: [SignalUnit.Conversion] = []
        for (place, index) in indices.enumerated() {
            let own = SignalUnit(file.signals[index].unit)
            guard !own.isUnreadable else {
                // It may be of millivolts: which unit is wanted does not tell in which one the values are.
                throw .unsuitable(
                    path: file.path,
                    reason: "channel \"\(channels[place].name)\" has a unit that can't be read, "
                        + "\"\(own.text.withoutControls)\", and --units can't say which it is: put its header right with "
                        + "EDFbrowser, or read another channel")
            }
            let unit = channels[place].unit ?? own.kept
            if channels[place].unit == nil { (channels[place].unit, channels[place].first) = (unit, file.path) }
            if own.text.isEmpty {
                channels[place].withoutUnitCount += 1
                if channels[place].first.isEmpty { channels[place].first = file.path }
                // Nothing contradicts what was said.
                if channels[place].isGiven {
                    conversions.append(.none)
                    continue
                }
            }
            guard let conversion = own.conversion(into: unit) else {
                let channel = channels[place]
                func named(_ unit: SignalUnit) -> String { unit.text.isEmpty ? "without a unit" : "in \(unit.text)" }
                let wanted =
                    channel.isGiven
                    ? "is to be \(named(unit))" : "\(named(unit)) in what is made of \(channel.first)"
                let remedy =
                    channel.isGiven
                    ? "read another channel or repair its header" : "make two datasets or repair a header"
                throw .unsuitable(
                    path: file.path,
                    reason:
                        "channel \"\(channel.name)\" is \(named(own)) in it and \(wanted), and one can't be converted "
                        + "into the other: \(remedy) with EDFbrowser")
            }
            conversions.append(conversion)
        }
        return conversions
    }

    /// The channels of which no file says a unit, a line each.
    var notes: [String] {
        channels.filter { $0.withoutUnitCount > 0 }.map { channel in
            let others = channel.withoutUnitCount > 1 ? " and \(channel.withoutUnitCount - 1) more" : ""
            return
                "\(channel.first)\(others): channel \"\(channel.name)\" has no unit; its values are taken as they are"
        }
    }
}
