/// Why nothing is left of what was found, for the line that says so.
package enum Reasons {
    /// How many reasons are named.
    private static let mostNamed = 3

    /// The commonest reasons for which something was left out, each with how often, the most frequent first.
    ///
    /// Reasons that differ in numbers and files' names alone, or behind a colon, are one, told as the first of them.
    /// Where whole recordings or files were left out, the first that it is true of is named.
    ///
    /// - Returns: nil where nothing was left out.
    package static func text(of items: [SkippedItem]) -> String? {
        struct Reason {
            let first: SkippedItem
            var count: Int
        }
        var reasons: [Reason] = []
        var places: [String: Int] = [:]
        for item in items {
            let key = "\(item.kind.rawValue) \(kind(of: item.reason))"
            if let place = places[key] {
                reasons[place].count += item.count
            } else {
                places[key] = reasons.count
                reasons.append(Reason(first: item, count: item.count))
            }
        }
        guard !reasons.isEmpty else { return nil }
        // In the order in which they came, as far as counts leave it open.
        let order = reasons.indices.sorted { (-reasons[$0].count, $0) < (-reasons[$1].count, $1) }
        let named = order.prefix(mostNamed).map { place in
            let (first, count) = (reasons[place].first, reasons[place].count)
            let isWhole = first.kind == .recording || first.kind == .file
            if isWhole, count == 1 { return "\(first.path): \(first.reason)" }
            return "\(first.kind.counted(count))\(isWhole ? " like \(first.path)" : ""): \(first.reason)"
        }
        let others = order.count - named.count
        let more = others > 0 ? ["and \(others) other reason\(others == 1 ? "" : "s")"] : []
        return (named + more).joined(separator: "; ")
    }

    /// What is compared of a reason: its words up to a colon that have neither a number, a full stop nor a slash.
    private static func kind(of reason: String) -> String {
        reason.split(separator: " ").prefix { !$0.hasSuffix(":") }
            .filter { word in !word.contains { $0.isNumber || "./".contains($0) } }.joined(separator: " ")
    }
}
