import Datasets

/// A question after a wrong name: the nearest one, or else all there are.
func suggestion(for word: String, among names: [String]) -> String {
    nearestName(to: word, among: names).map { "did you mean \($0)?" } ?? "use one of \(names.joined(separator: ", "))"
}

/// A name that somebody wrote, fit for one line of an error: with quotation marks and escapes unless it is a plain
/// word.
func shown(_ name: String) -> String {
    let name = String(name.prefix(60))
    let isPlain = name.wholeMatch(of: /[A-Za-z0-9_.\-]+/) != nil
    return isPlain ? name : name.debugDescription
}
