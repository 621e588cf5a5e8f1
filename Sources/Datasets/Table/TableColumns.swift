/// Which columns of a table are what.
public struct TableColumns: Sendable, Equatable {
    /// The columns that hold a row's values.
    public enum Values: Sendable, Equatable {
        /// These, in this order.
        case named([String])
        /// All whose names start so, in the order of the first file.
        case prefixed(String)
        /// All that are nothing else, in the order of the first file.
        case others
    }

    /// The subject: who was recorded.
    public var subject: String
    /// The recording: a night, say; the same name under two subjects is two recordings.
    public var recording: String
    /// The position in the recording: a whole number from 0 that counts sleep epochs or frames.
    public var position: String
    /// The label; nil for a table without labels.
    public var label: String?
    /// The values of a sample.
    public var values: Values

    /// Columns of these names.
    public init(subject: String, recording: String, position: String, label: String?, values: Values) {
        (self.subject, self.recording, self.position) = (subject, recording, position)
        (self.label, self.values) = (label, values)
    }

    /// The columns' places in one file's header.
    struct Places {
        let subject: Int
        let recording: Int
        let position: Int
        let label: Int?
        let values: [Int]
        /// The names of all columns.
        let names: [String]
    }

    /// Finds the columns in a header.
    ///
    /// - Parameters:
    ///   - names: the header's.
    ///   - valueNames: the first file's columns of values; nil for the first file.
    ///   - path: the file, for errors.
    ///   - line: the header's line, for errors.
    /// - Returns: the places.
    /// - Throws: `DatasetError.badLine` for a column that is not there, is there twice, or is used twice.
    func places(
        in names: [String], valueNames: [String]?, path: String, line: Int
    ) throws(DatasetError) -> Places {
        func place(_ name: String) throws(DatasetError) -> Int {
            let found = names.indices.filter { names[$0] == name }
            if found.count == 1 { return found[0] }
            if found.count > 1 {
                throw .badLine(path: path, line: line, reason: "column \"\(name)\" is there \(found.count) times")
            }
            let near = nearestName(to: name, among: names).map { "; did you mean \"\($0)\"?" }
            let present =
                names.count == 1 ? "; the header is one column, is --delimiter right?" : "; there are \(list(names))"
            throw .badLine(path: path, line: line, reason: "there is no column \"\(name)\"" + (near ?? present))
        }
        let roles = [subject, recording, position] + (label.map { [$0] } ?? [])
        let (subject, recording, position) = (try place(subject), try place(recording), try place(position))
        let label = try label.map(place)
        let wanted: [String]
        switch (valueNames, values) {
        case (let names?, _): wanted = names
        case (_, .named(let names)): wanted = names
        case (_, .prefixed(let prefix)): wanted = names.filter { $0.hasPrefix(prefix) && !roles.contains($0) }
        case (_, .others): wanted = names.filter { !roles.contains($0) }
        }
        guard !wanted.isEmpty else {
            throw .badLine(path: path, line: line, reason: "no column of values is left; there are \(list(names))")
        }
        var used: Set<String> = []
        for name in roles + wanted where !used.insert(name).inserted {
            throw .badLine(path: path, line: line, reason: "column \"\(name)\" is asked for twice")
        }
        var valuePlaces: [Int] = []
        for name in wanted { valuePlaces.append(try place(name)) }
        return Places(
            subject: subject, recording: recording, position: position, label: label, values: valuePlaces, names: names)
    }

    private func list(_ names: [String]) -> String {
        names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }
}
