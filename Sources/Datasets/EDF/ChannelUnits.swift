/// The unit of each channel of a dataset, the same in every night.
struct ChannelUnits {
    /// The dataset's unit of a channel, and the file that it comes from.
    private struct Channel {
        let name: String
        var unit: SignalUnit?
        var first = ""
        var withoutUnitCount = 0
    }

    private var channels: [Channel]

    /// The units of channels of these names, none known yet.
    init(of names: [String]) { channels = names.map { Channel(name: $0) } }

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
            let unit = channels[place].unit ?? own.kept
            if channels[place].unit == nil { (channels[place].unit, channels[place].first) = (unit, file.path) }
            if own.text.isEmpty { channels[place].withoutUnitCount += 1 }
            guard let conversion = own.conversion(into: unit) else {
                let (name, first) = (channels[place].name, channels[place].first)
                func named(_ unit: SignalUnit) -> String { unit.text.isEmpty ? "without a unit" : "in \(unit.text)" }
                throw .unsuitable(
                    path: file.path,
                    reason:
                        "channel \"\(name)\" is \(named(own)) in it and \(named(unit)) in what is made of \(first), "
                        + "and one can't be converted into the other: make two datasets or repair a header with "
                        + "EDFbrowser")
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
