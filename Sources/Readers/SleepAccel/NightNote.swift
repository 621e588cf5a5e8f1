import Datasets
import Foundation

/// Something that the reader of the results should know of one file of a night, counted.
struct NightNote {
    enum Kind: CaseIterable {
        case outOfOrder
        case otherAtSameTime
        case withoutRow
        case withoutValues
        case straight

        /// In words, of so many rows or sleep epochs among all.
        func text(_ count: Int, of total: Int) -> String {
            let epochs = SkippedItem.Kind.sleepEpoch
            switch self {
            case .outOfOrder:
                return "put in order of time; \(SkippedItem.Kind.row.counted(count)) came after a later one"
            case .otherAtSameTime:
                return
                    "\(SkippedItem.Kind.row.counted(count)) \(count == 1 ? "has" : "have") the time of another row and "
                    + "another heart rate; all are taken"
            case .withoutRow:
                return "\(epochs.counted(count)) without a row \(count == 1 ? "has" : "have") no label"
            case .withoutValues:
                return "of \(epochs.counted(total)) \(count) that were scored have no values of their own and no label"
            case .straight:
                return "of \(epochs.counted(total)) \(count) have no row; heart rate is a straight line there"
            }
        }
    }

    /// How many files are named.
    private static let mostNamed = 3

    let kind: Kind
    let path: String
    let count: Int
    /// Of how many.
    var total = 0

    /// A line of its own.
    private var text: String { "\(path): \(kind.text(count, of: total))" }

    /// A line each.
    static func inFull(_ notes: [NightNote]) -> [String] { notes.map(\.text) }

    /// A line for all of a kind, with the first of their files.
    static func gathered(_ notes: [NightNote]) -> [String] {
        Kind.allCases.compactMap { kind in
            let own = notes.filter { $0.kind == kind }
            guard own.count > 1 else { return own.first?.text }
            let named = own.prefix(mostNamed).map { "\(URL(filePath: $0.path).lastPathComponent) \($0.count)" }
            let more = own.count > mostNamed ? " and \(own.count - mostNamed) more" : ""
            let (count, total) = (own.reduce(0) { $0 + $1.count }, own.reduce(0) { $0 + $1.total })
            return "\(own.count) files (\(named.joined(separator: ", "))\(more)): \(kind.text(count, of: total))"
        }
    }
}
