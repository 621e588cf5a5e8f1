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

    static let samples = "samples"
    static let subject = "subject"
    static let recording = "recording"
    static let position = "position"
    static let label = "label"

    /// In the tensor `label`: the sample has none.
    static let noLabel = -1

    /// Names as a JSON array, for the metadata.
    static func text(of names: [String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let json = try? encoder.encode(names) else { preconditionFailure("texts are always JSON") }
        return String(decoding: json, as: UTF8.self)
    }

    /// The names in a JSON array of texts.
    static func names(in text: String?) -> [String]? {
        text.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
    }
}
