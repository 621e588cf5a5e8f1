/// How recordings were read: a reader of `ssrm data` and its options, so that others can be read alike.
public struct ReaderRecord: Codable, Sendable, Equatable {
    /// The reader's name, like `edf`.
    public let reader: String
    /// The options that decide what a sample is, by name, each with its value; a flag's is empty.
    ///
    /// Other recordings are read with the same.
    public let settings: [String: String]
    /// The options that say how the files were laid out, likewise; other files may be laid out otherwise.
    public let layout: [String: String]

    /// A record.
    public init(reader: String, settings: [String: String], layout: [String: String] = [:]) {
        (self.reader, self.settings, self.layout) = (reader, settings, layout)
    }

    /// The option that says how much is kept around sleep: nothing follows from it for recordings of which nobody says
    /// where sleep is.
    public static let wakeMargin = "wake-margin"

    /// The same without an option.
    public func without(_ option: String) -> ReaderRecord {
        ReaderRecord(
            reader: reader, settings: settings.filter { $0.key != option }, layout: layout.filter { $0.key != option })
    }

    /// The reader with all its options, as a shell takes them, on one line.
    public var summary: String {
        let all = settings.merging(layout) { first, _ in first }.sorted { $0.key < $1.key }
        let words = all.map { Self.word($0.value.isEmpty ? "--\($0.key)" : "--\($0.key)=\($0.value)") }
        return ([Self.word(reader)] + words).joined(separator: " ")
    }

    /// One word of a shell's, in single quotes where anything in it would mean something else there.
    ///
    /// Control characters, which no option has, are left out.
    private static func word(_ text: String) -> String {
        let text = String(text.unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init))
        if text.wholeMatch(of: /[A-Za-z0-9_.,:=+@%\/\-]+/) != nil { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
