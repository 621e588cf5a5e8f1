import Foundation

/// The names in a dataset file.
enum DatasetLayout {
    static let format = "ssrm.dataset.1"
    static let formatKey = "format"
    static let kindKey = "kind"
    static let vocabularyKey = "vocabulary"
    static let subjectsKey = "subjects"
    static let recordingsKey = "recordings"
    static let codesKey = "codes"
    static let contentKey = "content"
    static let unitsKey = "units"
    static let sourcesKey = "sources"
    static let frameKey = "map_frame"
    static let preparationKey = "preparation"
    static let startsKey = "starts"
    static let readerKey = "reader"

    static let samples = "samples"
    static let subject = "subject"
    static let recording = "recording"
    static let position = "position"
    static let label = "label"

    /// In the tensor `label`: the sample has none.
    static let noLabel = -1

    /// Names, or sources, as a JSON array, for the metadata.
    static func text(of list: [some Encodable]) -> String { json(of: list) }

    /// A value as JSON, for the metadata.
    static func json(of value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let json = try? encoder.encode(value) else { preconditionFailure("texts and numbers are always JSON") }
        return String(decoding: json, as: UTF8.self)
    }

    /// The names in a JSON array of texts.
    static func names(in text: String?) -> [String]? { list(of: String.self, in: text) }

    /// Names no longer than this can be shown.
    static let nameLimit = 1000

    /// What is wrong with the first name that no line, table or terminal can hold; nil where all are well.
    static func fault(ofNames names: [String]) -> String? {
        for name in names {
            if name.unicodeScalars.contains(where: \.isControl) {
                return "the name \(quoted(name)) has a control character"
            }
            if name.unicodeScalars.count > nameLimit {
                return "the name \(quoted(name)) has \(name.unicodeScalars.count) characters; \(nameLimit) are allowed"
            }
        }
        return nil
    }

    /// The values in a JSON array.
    static func list<Value: Decodable>(of type: Value.Type, in text: String?) -> [Value]? {
        text.flatMap { try? JSONDecoder().decode([Value].self, from: Data($0.utf8)) }
    }
}
