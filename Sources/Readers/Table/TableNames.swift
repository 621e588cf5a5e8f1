import Datasets
import Foundation

/// The subjects and recordings that a table names.
///
/// Names are taken in composed form (Unicode's NFC): the same letters are the same name, however a program put them
/// together.
struct TableNames {
    /// A subject's recording as the table names it; no recording where a column for it is not asked for.
    struct Name: Hashable {
        let subject: String
        let recording: String
    }

    static let longestName = 256

    private(set) var names: [Name] = []
    private var indexOfName: [Name: Int] = [:]
    private var firstPlaces: [(path: String, line: Int)] = []
    /// Whether the user names the one subject of all rows.
    private var isNamedByUser = false
    private var composed: [String: Int] = [:]

    init() {}

    /// Names that files have, each another one.
    init(_ names: [(name: Name, path: String)]) {
        self.names = names.map(\.name)
        firstPlaces = names.map { ($0.path, 1) }
    }

    /// The index of the name in a row.
    ///
    /// - Parameters:
    ///   - rows: the row is the one that was read last.
    ///   - file: its file.
    ///   - subject: how the file says who was recorded.
    ///   - recording: the recording's name where no column has it.
    /// - Returns: an index into `names`.
    /// - Throws: `DatasetError.badLine` for a name that is missing or can't be shown in a line.
    mutating func index(
        of rows: DelimitedRows, _ file: TableFile, _ subject: TableColumns.Subject, recording: String = ""
    ) throws(DatasetError) -> Int {
        var wasComposed = false
        func text(_ place: Int?) throws(DatasetError) -> String {
            guard let place else { return "" }
            let text = rows.text(rows.fields[place])
            guard text.count <= Self.longestName else {
                throw .badField(
                    rows, place, file, "a name of at most \(Self.longestName) characters: it has \(text.count)")
            }
            guard !text.isEmpty, !text.unicodeScalars.contains(where: \.isControl) else {
                throw .badField(rows, place, file, "a name on one line")
            }
            guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
            let whole = text.precomposedStringWithCanonicalMapping
            wasComposed = wasComposed || !whole.utf8.elementsEqual(text.utf8)
            return whole
        }
        var subjectName = ""
        switch subject {
        case .named(let name): (subjectName, isNamedByUser) = (name, true)
        case .column:
            if let place = file.places.subject, rows.isMissing(rows.fields[place]) {
                throw .badField(rows, place, file, "a name: whose row is it?")
            }
            subjectName = try text(file.places.subject)
        }
        let place = file.places.recording
        let name = Name(subject: subjectName, recording: place == nil ? recording : try text(place))
        if wasComposed { composed[file.path, default: 0] += 1 }
        if let index = indexOfName[name] { return index }
        indexOfName[name] = names.count
        names.append(name)
        firstPlaces.append((file.path, rows.rowLine))
        return names.count - 1
    }

    /// What should be known about the names.
    ///
    /// - Throws: `DatasetError.badLine` for two that look the same or that `SubjectNames` folds into one: one person
    ///   would stand on both sides of a division by subjects; and for a second recording of `unknown`, who may be
    ///   anybody.
    func notes() throws(DatasetError) -> [String] {
        let notes = composed.sorted { $0.key < $1.key }.map { path, count in
            "\(path): \(count) row\(count == 1 ? "" : "s") with a name of decomposed letters, taken as composed ones"
        }
        var (ofSubject, ofRecording): ([String: Int], [Name: Int]) = ([:], [:])
        for (index, name) in names.enumerated() {
            let subject = SubjectNames.folded(Self.shown(name.subject))
            let other = ofSubject.firstIndex(index, of: subject)
            guard names[other].subject == name.subject else { throw alike(index, other, \.subject, Self.ofSubjects) }
            let recording = Name(subject: name.subject, recording: Self.visible(name.recording))
            let otherRecording = ofRecording.firstIndex(index, of: recording)
            guard otherRecording == index else { throw alike(index, otherRecording, \.recording, Self.ofRecordings) }
            if !isNamedByUser, SubjectNames.isPlaceholder(name.subject), other != index {
                let (path, line) = firstPlaces[index]
                throw .badLine(
                    path: path, line: line,
                    reason:
                        "a second recording of subject \(quoted(name.subject)), which says nothing of who it is: give "
                        + "each person a name of its own")
            }
        }
        return notes
    }

    private static let ofSubjects = "in case, spaces and underscores, in what is not seen or in a number's zeros"
    private static let ofRecordings = "in spaces or in what is not seen"

    private func alike(
        _ index: Int, _ other: Int, _ part: KeyPath<Name, String>, _ differences: String
    ) -> DatasetError {
        let (path, line) = firstPlaces[index]
        let elsewhere = firstPlaces[other]
        let place = "\(elsewhere.path == path ? "" : elsewhere.path + ", ")line \(elsewhere.line)"
        return .badLine(
            path: path, line: line,
            reason:
                "\(quoted(names[index][keyPath: part])) and \(quoted(names[other][keyPath: part])) (\(place)) differ "
                + "only \(differences): write them alike if they are one, and further apart if not"
        )
    }

    /// A name without spaces and characters that are not seen.
    static func visible(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 >= 0x80 || $0 == 0x20 || $0 == 0x09 }) else { return name }
        return shown(String(String.UnicodeScalarView(name.unicodeScalars.filter { !$0.properties.isWhitespace })))
    }

    /// A name without characters that are not seen but with its spaces, which may tell numbers apart.
    private static func shown(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return name }
        let scalars = name.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
        return String(String.UnicodeScalarView(scalars)).precomposedStringWithCanonicalMapping
    }

    /// The names' indices in order: of numbers by what they are, of others as texts.
    func order() -> [Int] {
        names.indices.sorted { a, b in
            let (a, b) = (names[a], names[b])
            return a.subject == b.subject
                ? SubjectNames.areInOrder(a.recording, b.recording) : SubjectNames.areInOrder(a.subject, b.subject)
        }
    }
}

extension DatasetError {
    /// A field of a table that is not what its column should hold.
    static func badField(_ rows: DelimitedRows, _ place: Int, _ file: TableFile, _ wanted: String) -> DatasetError {
        .badLine(
            path: file.path, line: rows.rowLine,
            reason:
                "column \(quoted(file.places.names[place])): \(quoted(rows.text(rows.fields[place]), upTo: 64)) is not \(wanted)"
        )
    }
}

extension Dictionary where Value == Int {
    /// The index that came first with a key: `index` itself where none did, which is then the first.
    fileprivate mutating func firstIndex(_ index: Int, of key: Key) -> Int {
        if let first = self[key] { return first }
        self[key] = index
        return index
    }
}
